"""The place Settings: appearance, the folder, devices, the log, and what we build on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QScrollArea, QWidget

from desktop_rec.common.controls import across, below, button, make_card, named, scrolled_page, text_label
from desktop_rec.common.log import LogFile, about_machine
from desktop_rec.common.notices import Notice
from desktop_rec.common.preferences import Preferences
from desktop_rec.session.devices import Devices
from desktop_rec.session.library import OpenLibrary
from desktop_rec.session.requests import WindowRequests
from desktop_rec.settings.about import AboutCard
from desktop_rec.theme.theme import CHOICES, THEME, apply_theme
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

    def __init__(
        self,
        library: OpenLibrary,
        devices: Devices,
        requests: WindowRequests,
        preferences: Preferences,
        log: LogFile | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._devices, self._requests = library, devices, requests
        self._preferences, self._log = preferences, log
        self._build()
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Read again what can change: disk use and devices."""
        self._themes.setCurrentIndex(CHOICES.index(THEME.choice))
        home = self._library.home
        self._folder.show_text(str(home) if home else "The folder is not open.")
        self._library.count_disk_use()
        self._open_folder.setEnabled(home is not None)
        self._show_devices()
        self._log_card.show_text(str(self._log.path) if self._log and self._log.path else "There is no log file.")
        self._open_log.setEnabled(self._log is not None and self._log.path is not None)

    def diagnostics(self) -> str:
        """What "Copy diagnostics" copies: versions, devices, the folder, and the end of the log. No ratings."""
        devices = self._devices.found
        parts = [
            about_machine(),
            "\n".join(device.words for device in devices.usable) if devices else "devices: not looked at yet",
            f"folder: {self._library.home}",
            self._log.tail() if self._log else "",
        ]
        return "\n\n".join(part for part in parts if part)

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
        self._copy_line = button("Copy the line", "settings_copy_line", "Copy the line that lets torch use the GPU")
        self._open_log = button("Open log", "settings_open_log", "Show this launch's log")
        self._copy_diagnostics = button(
            "Copy diagnostics", "settings_copy_diagnostics", "Copy versions, devices and the end of the log"
        )
        appearance = SettingsCard("appearance", "Appearance", self._themes)
        appearance.show_text("Colours of the window.")
        self._folder = SettingsCard("folder", "Folder", self._open_folder)
        self._devices_card = SettingsCard("devices", "Devices", self._copy_line)
        self._log_card = SettingsCard("log", "Log of this launch", self._open_log, self._copy_diagnostics)
        return appearance, self._folder, self._devices_card, self._log_card, AboutCard()

    def _connect(self) -> None:
        self._themes.activated.connect(self._on_theme)
        self._open_folder.clicked.connect(self._on_open_folder)
        self._copy_line.clicked.connect(self._on_copy_line)
        self._open_log.clicked.connect(self._on_open_log)
        self._copy_diagnostics.clicked.connect(self._on_copy_diagnostics)
        self._devices.changed.connect(self._show_devices)
        self._library.changed.connect(self.show_state)
        self._library.disk_use_counted.connect(self._show_disk_use)

    def _show_devices(self) -> None:
        devices = self._devices.found
        self._copy_line.setVisible(devices is not None and devices.unused is not None)
        if devices is None:
            self._devices_card.show_text("Looking at what can compute here…")
            return
        lines = [f"{device.words} ({', '.join(device.precisions)})" for device in devices.usable]
        if devices.unused is not None:
            lines += ["", devices.unused.words, f"To fix it, run: {devices.unused.line}"]
        self._devices_card.show_text("\n".join(lines))

    def _on_theme(self) -> None:
        app = QApplication.instance()
        self._preferences.theme = self._themes.currentData()
        if isinstance(app, QApplication):
            apply_theme(app, self._themes.currentData())

    def _on_open_folder(self) -> None:
        self._show_file(self._library.home)

    def _on_open_log(self) -> None:
        self._show_file(self._log.path if self._log else None)

    def _show_disk_use(self, size_bytes: int) -> None:
        text = f"{self._library.home}\n{format_size(size_bytes)} of data sets, models and ratings"
        self._folder.show_text(text)

    def _show_file(self, path: Path | None) -> None:
        if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._requests.notify(
                Notice(f"The system has no program that shows {path}.", "Open it by hand.", kind="warning")
            )

    def _on_copy_line(self) -> None:
        if self._devices.found is not None and self._devices.found.unused is not None:
            QGuiApplication.clipboard().setText(self._devices.found.unused.line)

    def _on_copy_diagnostics(self) -> None:
        QGuiApplication.clipboard().setText(self.diagnostics())
        self._requests.notify(Notice("Diagnostics are on the clipboard.", kind="info"))
