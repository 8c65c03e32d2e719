"""Trusted partners are chosen together, with reasons."""

from dataclasses import replace

import pytest
from made_up_case import (
    RULES,
    submission_at,
)

from seatrial.core.people import PartyId
from seatrial.review.programme.policy import Selection
from seatrial.review.submission import events as e


class TestPartners:
    PROPOSED = e.PartnerProposed(partner=PartyId("grid"), reason="Runs a grid.")
    AGREED = e.PartnerAgreed(partner=PartyId("grid"), reason="Agreed.")
    OBJECTED = e.PartnerObjected(partner=PartyId("grid"), reason="Uses a rival's model.")

    def test_need_both_sides(self) -> None:
        case = submission_at("accepted")
        case.do(self.PROPOSED, "developer")

        assert "for the other side" in case.refused(self.AGREED, "developer")
        case.do(self.AGREED, "evaluator")
        assert [one.agreed for one in case.state.partners] == [True]
        assert case.refused(self.AGREED, "evaluator") == "grid is agreed."
        assert case.refused(self.PROPOSED, "developer") == "grid is agreed already."

    def test_can_be_objected_to_and_proposed_again(self) -> None:
        case = submission_at("accepted")
        case.do(self.PROPOSED, "evaluator")
        assert case.refused(self.PROPOSED, "developer") == "grid is proposed already."
        case.do(self.OBJECTED, "developer")
        assert case.refused(self.OBJECTED, "developer") == "grid is not proposed."
        case.do(self.PROPOSED, "developer")

        (partner,) = case.state.partners
        assert [(one.what, one.by_developer, one.reason) for one in partner.said] == [
            ("proposed", False, "Runs a grid."),
            ("objected", True, "Uses a rival's model."),
            ("proposed", True, "Runs a grid."),
        ]
        assert (partner.agreed, partner.objected, partner.by_developer) == (False, False, True)

    @pytest.mark.parametrize(
        ("selection", "who", "agreed"),
        [
            (Selection.DEVELOPER, "developer", True),
            (Selection.DEVELOPER, "evaluator", False),
            (Selection.PROGRAMME, "developer", False),
            (Selection.PROGRAMME, "evaluator", True),
        ],
    )
    def test_are_agreed_at_once_where_one_side_selects(
        self, selection: Selection, who: str, *, agreed: bool
    ) -> None:
        case = submission_at("accepted")
        case.state = replace(case.state, rules=replace(RULES, selected_by=selection))
        case.do(self.PROPOSED, who)

        assert [one.agreed for one in case.state.partners] == [agreed]
