"""What happened, in a person's words: for the inbox."""

from collections.abc import Mapping

HAPPENED: Mapping[str, str] = {
    "submission.drafted": "A draft was begun",
    "submission.amended": "The model was amended",
    "submission.offered": "It was offered to the programme",
    "submission.terms-proposed": "Other terms were proposed",
    "submission.terms-agreed": "The terms were agreed",
    "submission.accepted": "The programme accepted it",
    "submission.declined": "The programme declined it",
    "submission.access-granted": "Access was granted: the window is open",
    "submission.window-warned": "The window ends soon",
    "submission.window-extended": "The window was extended",
    "submission.window-expired": "The window ended",
    "submission.window-shortened": "The window was shortened to a planned release",
    "submission.access-revoked": "Access ended",
    "submission.partner-proposed": "A trusted partner was proposed",
    "submission.partner-agreed": "A trusted partner was agreed to",
    "submission.partner-objected": "A trusted partner was objected to",
    "submission.release-planned": "A planned release was set or moved",
    "submission.released": "The model was released",
    "submission.withdrawn": "The developer withdrew it",
    "submission.closed": "The case was closed",
    "submission.purged": "Sealed content was destroyed",
    "submission.plan-proposed": "A plan was proposed",
    "submission.plan-commented": "The plan was commented on",
    "submission.plan-signed": "The plan was signed",
    "submission.trial-started": "A trial started",
    "submission.trial-ended": "A trial ended",
    "submission.integrity-reviewed": "The integrity review was signed off",
    "submission.report-rendered": "The report was rendered",
    "submission.correction-asked": "A factual correction was asked for",
    "submission.correction-answered": "A factual correction was answered",
    "submission.objected": "The developer objected",
    "submission.objections-rested": "The developer has nothing to add",
    "submission.recommended": "A recommendation was entered",
    "submission.determined": "It was determined",
    "team.formed": "A team was formed",
    "team.assigned": "Somebody came into the team",
    "team.released": "Somebody left the team",
    "team.purposes-changed": "Somebody's purposes changed",
    "incident.opened": "An incident was opened",
    "incident.party-affected": "Another party is affected by an incident",
    "incident.party-notified": "A party was told of an incident",
    "incident.evidence-frozen": "Evidence of an incident was frozen",
    "incident.clock-answered": "A duty of an incident is done",
    "incident.clock-missed": "A duty of an incident is overdue",
    "incident.rescanned": "Old transcripts were rescanned for an incident",
    "incident.reopened": "An incident was opened again",
    "incident.closed": "An incident was closed",
    "certificate.issued": "A certificate was issued",
    "certificate.retest-triggered": "A new trial is due for a certificate",
    "certificate.revoked": "A certificate was revoked",
    "certificate.superseded": "A later certificate took an earlier one's place",
}
"""By the entry's kind."""


def happened(kind: str) -> str:
    """Say what an entry's kind tells; of a kind without words, its name."""
    about, _, what = kind.partition(".")
    return HAPPENED.get(kind) or f"{about}: {what.replace('-', ' ')}"
