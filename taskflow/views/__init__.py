"""Read models for people and for dashboards: pure folds of the log, each in its own tables."""

from taskflow.views.conversations import Conversations
from taskflow.views.tasks import Tasks
from taskflow.views.usage import UsageCounts
from taskflow.views.users import Users

VIEWS = (Conversations, Users, Tasks, UsageCounts)
