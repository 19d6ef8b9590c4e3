"""Before any test: Qt draws into memory, so that the tests run where there is no screen."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")
