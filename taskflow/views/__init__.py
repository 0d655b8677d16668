"""The read models that people look at: conversations, users, tasks, usage.

Imports projecting's types and usage's prices.
Begin with conversations.py; each module is one projection, found by its entry point.
"""

from taskflow.views.conversations import Conversations
from taskflow.views.tasks import Tasks
from taskflow.views.usage import UsageCounts
from taskflow.views.users import Users

VIEWS = (Conversations, Users, Tasks, UsageCounts)
