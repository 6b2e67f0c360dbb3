"""One desk: its folders, its settings, who may come in, what is being scored."""

from __future__ import annotations

from perf_xlsx.desk.arrivals import Arrivals
from perf_xlsx.desk.chosen import Chosen, terms_of
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.inbox import Inbox
from perf_xlsx.desk.overview import Overviews
from perf_xlsx.desk.password import Hashed, SignIn
from perf_xlsx.desk.passwords import OFFICER, Passwords
from perf_xlsx.desk.removed import Removed
from perf_xlsx.desk.results import Results
from perf_xlsx.desk.score_run import ScoreRun
from perf_xlsx.desk.scored_by import ScoredBy
from perf_xlsx.desk.secret import load_secret
from perf_xlsx.desk.sessions import Sessions
from perf_xlsx.desk.settings import load_settings, options_of


class Desk:
    """`key` opens the officer's session on one's own machine; a shared desk asks for the password instead."""

    def __init__(
        self, folders: Folders, *, password: Hashed | None = None, key: str = "", plain: bool = False
    ) -> None:
        self.folders, self.key, self.shared = folders, key, password is not None
        self.warns = self.shared and plain  # the network can read along
        self.held = folders.hold()
        self.secret = load_secret(folders.own)
        self.sessions = Sessions(self.secret)
        self.sign_in = SignIn(password) if password else None
        self.results = Results(folders, self.secret)
        self.overviews = Overviews(self.results)
        self.passwords = Passwords()
        self.scored_by = ScoredBy(folders)
        self.score_run = ScoreRun(
            folders,
            self.scored_by,
            lambda: tuple(options_of(load_settings(folders), folders)),
            lambda: self.passwords.of(OFFICER),
        )
        self.removed = Removed(folders, self.results, self.secret)
        self.arrivals = Arrivals(folders, self.removed.take)
        self.inbox = Inbox(self.arrivals, lambda: terms_of(load_settings(folders), folders), self.passwords)

    def chosen(self) -> Chosen:
        """How a workbook is opened that the officer holds against something."""
        settings = load_settings(self.folders)
        rulebook, forms = settings.rulebook_asked(self.folders), settings.form_files(self.folders)
        return Chosen(rulebook, forms, self.passwords.of(OFFICER))

    def start(self) -> None:
        """Begin to score what visitors sent."""
        if self.shared:
            self.inbox.start()

    def close(self) -> None:
        """End what is under way; all that is done stays."""
        self.score_run.close()
        self.inbox.close()
        self.held.close()
