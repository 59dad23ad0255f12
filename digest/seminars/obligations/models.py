"""What was done of the contract's obligations."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ObligationDone(Base):
    """One thing done for an obligation of the configuration, in one of its periods.

    An animator noted it: what counts by itself is looked for where it is. `code` is the
    obligation's; `period` names the stretch of time it counts for: its first day (`2027-03-02`),
    or `once`. `reference` is what proves it, when that is something of ours; `rank` tells apart
    the two of « deux par an ». A committee's report that was handed over is one too, whose `code`
    is `names.report_code`.
    """

    __tablename__ = "obligations_done"
    __table_args__ = (UniqueConstraint("code", "period", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    period: Mapped[str]
    rank: Mapped[int]
    reference: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime]
    done_by: Mapped[str]
