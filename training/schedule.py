"""How far a run is, by the clock, and what the learning rate is there.

Time counts only while steps are made: a step that took far longer than its neighbours (the process was stopped, the
machine slept) counts as an ordinary one. A deadline shortens the rest of the run so that it still ends at rate zero.
"""
import time
from collections import deque
from datetime import datetime, timedelta, timezone

PATIENCE = 4  # a step counts for at most this many median steps


def parse_deadline(text):
    """'HH:MM' (UTC, the next such time) -> seconds since the epoch; None stays None."""
    if not text:
        return None
    now = datetime.now(timezone.utc)
    hour, minute = map(int, text.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due > now else due + timedelta(days=1)).timestamp()


class Clock:
    """Counts the seconds in which steps were made."""

    def __init__(self, minutes, spent=0.0, deadline=None):
        self.budget, self.spent, self.deadline = minutes * 60, spent, deadline
        self.recent = deque(maxlen=50)
        self.mark = time.time()

    def tick(self):
        """Call once after each step."""
        now = time.time()
        took, self.mark = now - self.mark, now
        usual = sorted(self.recent)[len(self.recent) // 2] if len(self.recent) >= 5 else took
        self.recent.append(took)
        self.spent += min(took, PATIENCE * usual)

    def progress(self):
        """0 at the start, 1 at the end."""
        left = self.budget - self.spent
        if self.deadline:
            left = min(left, self.deadline - time.time())
        return 1.0 if left <= 0 else self.spent / (self.spent + left)


def rate(progress, warmup, cooldown):
    """Share of the full learning rate: up in a line, flat, down to zero in a line."""
    return max(0.0, min(1.0, progress / warmup if warmup else 1.0, (1 - progress) / cooldown))
