"""The place Settings: appearance, the folder, devices, the log, and what we build on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QScrollArea, QWidget

from desktop_rec.common.controls import across, below, button, make_card, named, scrolled_page, text_label
from desktop_rec.common.notices import Notice
from desktop_rec.common.preferences import Preferences
from desktop_rec.settings.about import AboutCard
from desktop_rec.settings.controller import SettingsController, describe_machine
from desktop_rec.settings.devices_card import DevicesCard
from desktop_rec.settings.log_card import LogCard
from desktop_rec.settings.log_lines import LogSource
from desktop_rec.theme.theme import CHOICES, THEME, apply_theme
from engine.library.home import shown_path
from engine.text import format_size


class SettingsCard(QFrame):
    """The controls belong to whoever made the card."""

    def __init__(self, name: str, heading: str, *controls: QWidget) -> None:
        super().__init__()
        self._text = text_label(role="weak", wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = across(below(text_label(heading, role="heading"), self._text, gap=2))
        row.setStretch(0, 1)
        for control in controls:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        make_card(self, f"settings_card_{name}", heading).addLayout(row)

    def show_text(self, text: str) -> None:
        self._text.setText(text)


_THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
_WIDTH = 760


class SettingsView(QScrollArea):
    """Cards below each other."""

    def __init__(self, settings: SettingsController, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._preferences = settings, preferences
        self._library, self._devices, self._requests = settings.library, settings.devices, settings.requests
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Read again what can change: disk use, devices and logs."""
        self._themes.setCurrentIndex(CHOICES.index(THEME.choice))
        home = self._library.home
        self._folder.show_text(shown_path(home) if home else "The folder is not open.")
        self._library.count_disk_use()
        self._open_folder.setEnabled(home is not None)
        self._farewell.setEnabled(home is not None)
        self._show_devices()
        self._show_test()
        self._show_logs()

    def showEvent(self, event: QShowEvent) -> None:
        """What was written to the log since is shown when the place is looked at again."""
        super().showEvent(event)
        self._show_logs()
        self._read_log()

    def _build(self) -> None:
        rows = scrolled_page(self, "settings_view")
        rows.addWidget(text_label("Settings", role="title"))
        for card in self._cards():
            card.setMaximumWidth(_WIDTH)
            rows.addWidget(card)
        rows.addStretch(1)

    def _cards(self) -> tuple[QWidget, ...]:
        self._themes = named(QComboBox(), "settings_theme", "Appearance", "Light or dark, or as the system has it")
        for choice in CHOICES:
            self._themes.addItem(_THEMES[choice], choice)
        self._open_folder = button("Open folder", "settings_open_folder", "Show the folder in the file manager")
        appearance = SettingsCard("appearance", "Appearance", self._themes)
        appearance.show_text("Colours of the window.")
        self._folder = SettingsCard("folder", "Folder", self._open_folder)
        self._devices_card, self._log_card = DevicesCard(self._settings.models), LogCard()
        self._farewell = button(
            "Delete everything…", "settings_delete_everything", "Remove all that is stored here, after a question"
        )
        farewell = SettingsCard("farewell", "If you go", self._farewell)
        farewell.show_text(
            "Uninstalling leaves your ratings, data sets and models in the folder above. This removes them, too."
        )
        return appearance, self._folder, self._devices_card, self._log_card, farewell, AboutCard()

    def _connect(self) -> None:
        settings, devices, log = self._settings, self._devices_card, self._log_card
        self._themes.activated.connect(self._on_theme)
        self._open_folder.clicked.connect(self._on_open_folder)
        self._farewell.clicked.connect(self._requests.say_farewell)
        self._devices.changed.connect(self._show_devices)
        self._library.changed.connect(self.show_state)
        self._library.disk_use_counted.connect(self._show_disk_use)
        devices.copy_asked.connect(self._on_copy_line)
        devices.test_asked.connect(settings.test_speed)
        devices.stop_asked.connect(settings.jobs.stop)
        settings.test_changed.connect(self._show_test)
        settings.jobs.changed.connect(self._show_test)
        settings.dataset.changed.connect(self._on_dataset)
        settings.log_read.connect(self._show_log)
        log.source_chosen.connect(settings.read_log)
        log.open_asked.connect(self._on_open_log)
        log.diagnostics_asked.connect(self._on_copy_diagnostics)

    def _show_devices(self) -> None:
        found = self._devices.found
        if found is None:
            self._devices_card.show_devices("Looking at what can compute here…", can_copy=False)
            return
        lines = [f"{device.words} ({', '.join(device.precisions)})" for device in found.usable]
        lines.append(describe_machine())
        if found.unused is not None:
            lines += ["", found.unused.words]
            lines += [f"To fix it, run: {found.unused.line}"] if found.unused.line else []
        can_copy = found.unused is not None and bool(found.unused.line)
        self._devices_card.show_devices("\n".join(lines), can_copy=can_copy)

    def _show_test(self) -> None:
        settings, dataset = self._settings, self._settings.dataset.current
        self._devices_card.show_test(
            settings.tested,
            dataset_name=dataset.name if dataset is not None else "",
            can_test=settings.can_test,
            is_testing=settings.is_testing,
        )

    def _on_dataset(self) -> None:
        self._show_test()
        self._show_logs()

    def _show_logs(self) -> None:
        self._log_card.show_sources(self._settings.log_sources())

    def _show_log(self) -> None:
        self._log_card.show_log(self._settings.log)

    def _read_log(self) -> None:
        if self._log_card.source is not None:
            self._settings.read_log(self._log_card.source)

    def _on_theme(self) -> None:
        app = QApplication.instance()
        self._preferences.theme = self._themes.currentData()
        if isinstance(app, QApplication):
            apply_theme(app, self._themes.currentData())

    def _on_open_folder(self) -> None:
        self._show_file(self._library.home)

    def _on_open_log(self, source: LogSource) -> None:
        self._show_file(source.path)

    def _show_disk_use(self, size_bytes: int) -> None:
        home = self._library.home
        text = f"{shown_path(home) if home else ''}\n{format_size(size_bytes)} of data sets, models and ratings"
        self._folder.show_text(text)

    def _show_file(self, path: Path | None) -> None:
        if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(shown_path(path))):
            self._requests.notify(
                Notice(f"The system has no program that shows {shown_path(path)}.", "Open it by hand.", kind="warning")
            )

    def _on_copy_line(self) -> None:
        if self._devices.found is not None and self._devices.found.unused is not None:
            QGuiApplication.clipboard().setText(self._devices.found.unused.line)

    def _on_copy_diagnostics(self) -> None:
        QGuiApplication.clipboard().setText(self._settings.diagnostics())
        self._requests.notify(Notice("Diagnostics are on the clipboard.", kind="info"))
