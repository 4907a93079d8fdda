"""Every letter that a workflow sends can be filled, in every language, from its request."""

import pytest

from privacy_engine.instance.terms import PLACEHOLDERS, WRITTEN_BY_PEOPLE
from privacy_engine.letters import compose
from privacy_engine.rights import register
from privacy_engine.sample_site.people import MAYA
from privacy_engine.workflow.case import letter_values
from tests.engines import reference_content
from tests.factories import SampleWorld

RIGHTS = sorted({right for flow in reference_content().workflows for right in flow.rights})


@pytest.mark.parametrize("right", RIGHTS)
def test_a_request_fills_every_letter_that_people_do_not_fill(
    small_world: SampleWorld, right: str
) -> None:
    reference = small_world.ask(MAYA, right)
    with small_world.engine.reading() as tx:
        request = register.get(tx.session, reference)
        values = letter_values(tx, request, name=MAYA.name)
        assert set(values) == PLACEHOLDERS - WRITTEN_BY_PEOPLE
        for template in tx.content.templates:
            if not template.placeholders & WRITTEN_BY_PEOPLE:
                letter = compose.compose(template, values)
                assert not set("{}") & set(letter.subject + letter.body), template.path
