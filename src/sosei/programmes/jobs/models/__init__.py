"""Tables of seasonal work, one module a subject."""

from sosei.programmes.jobs.models.applications import (
    Application,
    ApplicationShift,
    Group,
    Round,
    RoundCap,
    RoundOutcome,
    RoundRun,
)
from sosei.programmes.jobs.models.care import (
    Certificate,
    Complaint,
    RelocationWish,
    Restriction,
    ReturnInvitation,
    Review,
)
from sosei.programmes.jobs.models.contracts import (
    Cancellation,
    Contract,
    ContractConsent,
    ContractVersion,
    WorkDay,
)
from sosei.programmes.jobs.models.days import Correction, Punch, SafetyAnswer, SafetyNotice, SiteCode
from sosei.programmes.jobs.models.employers import Employer, Lodging, LodgingNight, Workplace
from sosei.programmes.jobs.models.fit import FitWeights, MatchingChange
from sosei.programmes.jobs.models.pay import PayRun, PayRunLine, Payslip, PayslipLine
from sosei.programmes.jobs.models.postings import Crop, HarvestNeed, Posting, Question, Shift
from sosei.programmes.jobs.models.workers import (
    Availability,
    BankAccount,
    Licence,
    SavedSearch,
    WorkerProfile,
)

__all__ = [
    "Application",
    "ApplicationShift",
    "Availability",
    "BankAccount",
    "Cancellation",
    "Certificate",
    "Complaint",
    "Contract",
    "ContractConsent",
    "ContractVersion",
    "Correction",
    "Crop",
    "Employer",
    "FitWeights",
    "Group",
    "HarvestNeed",
    "Licence",
    "Lodging",
    "LodgingNight",
    "MatchingChange",
    "PayRun",
    "PayRunLine",
    "Payslip",
    "PayslipLine",
    "Posting",
    "Punch",
    "Question",
    "RelocationWish",
    "Restriction",
    "ReturnInvitation",
    "Review",
    "Round",
    "RoundCap",
    "RoundOutcome",
    "RoundRun",
    "SafetyAnswer",
    "SafetyNotice",
    "SavedSearch",
    "Shift",
    "SiteCode",
    "WorkDay",
    "WorkerProfile",
    "Workplace",
]
