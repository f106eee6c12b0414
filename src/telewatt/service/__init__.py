"""The service: every configured meter is read, and every frame goes into the journal.

    await Service(config, journal_path, language, Notifier(os.environ)).run(stop)

Each line looks after itself when the world is away; whatever else goes wrong is a bug and ends the
service loudly, after a last commit.
"""

from telewatt.service.service import Service, line_of

__all__ = ["Service", "line_of"]
