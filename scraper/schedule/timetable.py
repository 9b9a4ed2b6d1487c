"""What storage asks about schedules, answered by the triggers with each source's own phase."""

from __future__ import annotations

from datetime import datetime

from scraper.schedule import triggers


class SourceTimetable:
    """The timetable of `storage.ticks`: cron and intervals, each source with its phase."""

    def due_after(
        self, source_id: str, schedule: str | None, zone: str, after: datetime
    ) -> datetime | None:
        """Return when the source is due next; ValueError if the schedule is wrong."""
        phase = triggers.phase_for(source_id, schedule)
        return triggers.next_due(schedule, zone, after, phase=phase)

    def since(
        self, source_id: str, schedule: str, zone: str, due: datetime, now: datetime
    ) -> triggers.Windows:
        """Return the ticks from the due time until now."""
        phase = triggers.phase_for(source_id, schedule)
        return triggers.windows(schedule, zone, due, now, phase=phase)

    def why(self, schedule: str | None, last: datetime | None) -> str:
        """Return `every 20 minutes; last due 2026-03-01 10:00Z`."""
        words = triggers.explain(schedule)
        return f"{words}; last due {last:%Y-%m-%d %H:%M}Z" if last else words


TIMETABLE = SourceTimetable()
"""The one timetable."""
