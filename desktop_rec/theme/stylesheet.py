"""The style sheet over Fusion: text roles, buttons, cards, and what Fusion draws too heavily.

Sliders stay Fusion's own, drawn with our palette.
"""

from __future__ import annotations

from desktop_rec.theme.colours import Colours
from resources import resource_path


def style_sheet(now: Colours, base_pt: float, *, dark: bool) -> str:
    """The whole sheet for a palette; `base_pt` is the system font's size in points."""
    return (
        _texts(now, base_pt)
        + _buttons(now)
        + _fields(now, dark=dark)
        + _choices(now, dark=dark)
        + _frames(now)
        + _tabs(now)
        + _details(now)
    )


def _texts(now: Colours, base_pt: float) -> str:
    return f"""
    QLabel[role="title"] {{ font-size: {base_pt * 1.7:.1f}pt; font-weight: 600; }}
    QLabel[role="heading"] {{ font-size: {base_pt * 1.15:.1f}pt; font-weight: 600; }}
    QLabel[role="figure"] {{ font-size: {base_pt * 1.9:.1f}pt; font-weight: 600; }}
    QLabel[role="weak"] {{ color: {now.text_weak}; }}
    QLabel[role="caption"] {{ color: {now.text_weak}; font-size: {base_pt * 0.92:.1f}pt; }}
    QLabel[role="positive"] {{ color: {now.positive}; }}
    QLabel[role="negative"] {{ color: {now.negative}; }}
    QLabel[role="warning"] {{ color: {now.warning}; }}
    QLabel[role="caption-warning"] {{ color: {now.warning}; font-size: {base_pt * 0.92:.1f}pt; }}
    """


def _buttons(now: Colours) -> str:
    return f"""
    QPushButton, QToolButton[role="button"] {{
        background: {now.raised}; color: {now.text}; border: 1px solid {now.line}; border-radius: 6px;
        padding: 5px 13px; min-height: 20px;
    }}
    QPushButton:hover {{ background: {now.hover}; }}
    QPushButton:pressed {{ background: {now.line}; }}
    QPushButton:checked {{ background: {now.accent_soft}; border-color: {now.accent}; }}
    QPushButton:focus {{ border: 2px solid {now.accent}; padding: 4px 12px; }}
    QPushButton:disabled {{ color: {now.raw}; background: {now.surface}; }}
    QPushButton[role="primary"] {{
        background: {now.accent}; color: {now.on_accent}; border: 1px solid {now.accent}; font-weight: 600;
    }}
    QPushButton[role="primary"]:hover {{ background: {now.accent_strong}; border-color: {now.accent_strong}; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {now.text}; padding: 4px 12px; }}
    QPushButton[role="primary"]:disabled {{
        background: {now.line}; border-color: {now.line}; color: {now.text_weak};
    }}
    QPushButton[role="quiet"], QToolButton {{
        background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 9px;
    }}
    QPushButton[role="quiet"]:hover, QToolButton:hover {{ background: {now.hover}; }}
    QPushButton[role="quiet"]:focus, QToolButton:focus {{ border: 2px solid {now.accent}; padding: 4px 8px; }}
    QPushButton[role="small"] {{ padding: 3px 7px; min-height: 18px; }}
    QPushButton[role="small"]:focus {{ border: 2px solid {now.accent}; padding: 2px 6px; }}
    QPushButton[role="link"] {{
        background: transparent; border: 1px solid transparent; color: {now.accent}; padding: 1px 3px;
        text-align: left; min-height: 16px;
    }}
    QPushButton[role="link"]:hover {{ text-decoration: underline; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {now.accent}; border-radius: 3px; }}
    QToolButton[role="sign"] {{ padding: 0; color: {now.accent}; }}
    QToolButton[role="sign"]:focus {{ padding: 0; }}
    QToolButton::menu-indicator {{ image: none; }}
    """


def _fields(now: Colours, *, dark: bool) -> str:
    shade = "dark" if dark else "light"
    down, up = (resource_path("icons", f"{way}-{shade}.svg").as_posix() for way in ("down", "up"))
    return f"""
    QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {{
        background: {now.raised}; color: {now.text}; border: 1px solid {now.line}; border-radius: 6px; padding: 3px 7px;
        selection-background-color: {now.accent}; selection-color: {now.on_accent};
    }}
    QLineEdit, QComboBox, QAbstractSpinBox {{ min-height: 24px; }}
    QComboBox:hover, QLineEdit:hover, QAbstractSpinBox:hover {{ border-color: {now.raw}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{
        border: 2px solid {now.accent}; padding: 2px 6px;
    }}
    QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {now.raw}; background: {now.surface}; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{
        border: none; padding: 0; min-height: 0; background: transparent;
    }}
    QComboBox::drop-down {{ border: none; width: 24px; }}
    QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}
    QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: 12px; height: 12px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
        border: none; background: transparent; width: 20px; subcontrol-origin: border;
    }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {now.hover}; }}
    QComboBox QAbstractItemView {{
        background: {now.raised}; border: 1px solid {now.line}; outline: none; padding: 4px;
        selection-background-color: {now.accent_soft}; selection-color: {now.text};
    }}
    QComboBox QAbstractItemView::item {{ min-height: 26px; }}
    """


def _choices(now: Colours, *, dark: bool) -> str:
    """Radio buttons and check boxes: Fusion's outlines are lost on a dark ground."""
    tick = resource_path("icons", f"tick-{'dark' if dark else 'light'}.svg").as_posix()
    return f"""
    QRadioButton::indicator, QCheckBox::indicator {{
        width: 12px; height: 12px; border: 1px solid {now.raw}; background: {now.raised};
    }}
    QRadioButton::indicator {{ border-radius: 7px; }}
    QCheckBox::indicator {{ border-radius: 3px; }}
    QRadioButton::indicator:hover, QCheckBox::indicator:hover {{ border-color: {now.accent}; }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 4px solid {now.accent}; }}
    QCheckBox::indicator:checked {{
        border-color: {now.accent}; background: {now.accent}; image: url("{tick}");
    }}
    QRadioButton::indicator:disabled, QCheckBox::indicator:disabled {{ border-color: {now.line}; }}
    QRadioButton::indicator:checked:disabled {{ border-color: {now.raw}; }}
    QCheckBox::indicator:checked:disabled {{ border-color: {now.raw}; background: {now.raw}; }}
    QRadioButton:focus, QCheckBox:focus {{ color: {now.accent}; }}
    """


def _frames(now: Colours) -> str:
    return f"""
    QFrame[role="card"] {{ background: {now.raised}; border: 1px solid {now.line}; border-radius: 8px; }}
    QFrame[role="panel"] {{ background: {now.raised}; border: none; border-right: 1px solid {now.line}; }}
    QFrame[role="line"] {{ background: {now.line}; border: none; max-height: 1px; min-height: 1px; }}
    QWidget[role="page"] {{ background: {now.surface}; }}
    QWidget[role="raised"] {{ background: {now.raised}; }}
    QFrame[role="sidebar"] {{ background: {now.sunken}; border: none; border-right: 1px solid {now.line}; }}
    QFrame[role="header"] {{ background: {now.raised}; border: none; border-bottom: 1px solid {now.line}; }}
    QFrame[role="bar"] {{ background: {now.raised}; border: none; border-top: 1px solid {now.line}; }}
    QFrame[role^="notice-"] {{
        background: {now.raised}; border: 1px solid {now.raw}; border-left-width: 4px; border-radius: 4px;
    }}
    QFrame[role="notice-error"] {{ border-left-color: {now.negative}; }}
    QFrame[role="notice-warning"] {{ border-left-color: {now.warning}; }}
    QFrame[role="notice-info"] {{ border-left-color: {now.accent}; }}
    QPushButton[role="place"] {{
        background: transparent; border: 2px solid transparent; border-radius: 6px; text-align: left;
        padding: 7px 8px; min-height: 22px;
    }}
    QPushButton[role="place"]:hover {{ background: {now.hover}; }}
    QPushButton[role="place"]:checked {{ background: {now.accent_soft}; font-weight: 600; }}
    QPushButton[role="place"]:focus {{ border: 2px solid {now.accent}; padding: 7px 8px; }}
    """


def _tabs(now: Colours) -> str:
    return f"""
    QTabWidget::pane {{ border: none; border-top: 1px solid {now.line}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{
        background: transparent; color: {now.text_weak}; border: none; border-bottom: 2px solid transparent;
        padding: 8px 12px;
    }}
    QTabBar::tab:selected {{ color: {now.text}; border-bottom: 2px solid {now.accent}; font-weight: 600; }}
    QTabBar::tab:hover {{ color: {now.text}; }}
    QTabBar::tab:focus {{ color: {now.accent}; }}
    QSlider:horizontal {{ min-height: 20px; }}
    QSlider::groove:horizontal {{ background: {now.line}; height: 4px; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {now.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{
        background: {now.raised}; border: 2px solid {now.accent}; width: 12px; height: 12px; margin: -6px 0;
        border-radius: 8px;
    }}
    QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {now.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {now.line}; }}
    QSlider::handle:horizontal:disabled {{ border-color: {now.raw}; }}
    """


def _details(now: Colours) -> str:
    return f"""
    QScrollArea, QScrollArea > QWidget > QWidget[role="page"] {{ border: none; }}
    QProgressBar {{ background: {now.hover}; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }}
    QProgressBar::chunk {{ background: {now.accent}; border-radius: 4px; }}
    QToolTip {{ background: {now.raised}; color: {now.text}; border: 1px solid {now.line}; padding: 4px; }}
    QMenu {{ background: {now.raised}; border: 1px solid {now.line}; padding: 4px; }}
    QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {now.accent_soft}; color: {now.text}; }}
    QMenu::item:disabled {{ color: {now.text_weak}; }}
    QMenu::separator {{ height: 1px; background: {now.line}; margin: 4px 8px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {now.raw}; border-radius: 3px; margin: 2px; min-height: 32px; min-width: 32px; }}
    QScrollBar::handle:disabled {{ background: transparent; }}
    QScrollBar::handle:hover {{ background: {now.text_weak}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QTableView, QListView, QTreeView {{
        background: {now.raised}; border: 1px solid {now.line}; border-radius: 6px;
        selection-background-color: {now.accent_soft}; selection-color: {now.text};
    }}
    QTableView::item {{ padding: 0 8px; }}
    QTableView:focus, QListView:focus, QTreeView:focus {{ border: 1px solid {now.accent}; }}
    QHeaderView::section {{
        background: {now.raised}; color: {now.text_weak}; border: none; border-bottom: 1px solid {now.line};
        padding: 6px 8px;
    }}
    """
