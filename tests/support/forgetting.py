"""A user's key destroyed, and nothing else of a forgetting."""

from contracts.streams import UserId
from taskflow.privacy.vault import Vault


async def destroy_key(vault: Vault, user: UserId) -> bool:
    """Whether there was one."""
    async with vault._pool.acquire() as connection, connection.transaction():
        keys, _ = await vault.forget_in(connection, user)
    vault.drop(user)
    return keys > 0
