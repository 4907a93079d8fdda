"""Whoever asks with a browser in Spanish is answered in it, up to the page behind each letter."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from privacy_engine import portal
from privacy_engine.engine import Engine
from privacy_engine.look import spanish
from privacy_engine.sample_site.people import MAYA
from tests.factories import sample_world
from tests.functional.portal.test_parents_answer import Answer
from tests.functional.portal.visiting import Visit, hidden, reference_in, words

_SAID = re.compile(r"'([^']+)'\)? \| say")
PAGES = (
    "layout",
    "verify",
    "package",
    "_parent_choices",
    "parent_answer",
    "parent_away",
    "parent_confirm",
    "parent_form",
    "parent_page",
)


@pytest.mark.functional
def test_the_pages_that_letters_lead_to_speak_the_language_of_the_request(
    engine: Engine,
) -> None:
    with sample_world(engine) as world:
        visit = Visit(engine, {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
        reference = reference_in(visit.ask("know:specific", email=MAYA.email))
        visit.work()
        assert visit.request(reference).language == "es"
        plain = Visit(engine)  # the letter is opened elsewhere, in a browser without wishes
        link = plain.link(f"/{reference}/verify")
        assert '<html lang="es"' in plain.get(link).get_data(as_text=True)
        page = plain.read(link)
        assert "¿Es usted?" in page
        assert "rellene al menos dos de estos datos" in page
        assert "Declaro bajo pena de perjurio" in page
        assert "«Sí, lo pedí yo»" in visit.letters()[-1].data["body"]
        assert "Sí, lo pedí yo No fui yo" in page, "the button that the letter names"
        to = f"/requests/{reference}/verify"
        assert "Firme con su nombre" in words(plain.send(link, to=to, answer="yes"))
        signed = {"answer": "yes", "declared": "yes", "signature": "Maya Tallow"}
        plain.send(link, to=to, name=MAYA.name, phone=MAYA.phone, **signed)
        visit.work()
        [declared] = visit.events("request.declared")
        assert declared.data["language"] == "es"
        assert declared.data["wording"].startswith("Declaro bajo pena")
        world.decide(reference)
        visit.work()
        assert "Descargar mis datos" in plain.read(plain.link(f"/{reference}/package"))


def test_a_browser_without_wishes_gets_the_instance_s_own_language(engine: Engine) -> None:
    visit = Visit(engine, {"Accept-Language": "fr, de;q=0.5"})
    assert visit.request(reference_in(visit.ask("delete"))).language == "en"


@pytest.mark.parametrize("page", PAGES)
def test_every_sentence_of_these_pages_has_its_spanish(page: str) -> None:
    template = Path(portal.__file__).parent / "templates" / "portal" / f"{page}.html"
    said = _SAID.findall(template.read_text(encoding="utf-8"))
    assert said
    assert [one for one in said if one not in spanish.TABLE] == []


@pytest.mark.functional
def test_a_parent_answers_in_the_language_of_our_letter(engine: Engine) -> None:
    engine.settings = replace(
        engine.settings, instance=replace(engine.settings.instance, language="es")
    )
    asked = Answer(engine)
    page = asked.read(asked.url)
    assert "¿Podemos guardar algo de Robin?" in page
    assert "dentro de 14 días" in page
    assert "Recogeríamos" in page
    assert "Por correo electrónico" in page
    assert "answer" not in page, "no sentence is left in English"
    assert "El aviso completo: Aviso a un padre, una madre o un tutor" in page
    missing = words(asked.act("choose", purposes=["newsletter"]))
    assert "cosas por arreglar" in missing
    assert "Escriba su nombre: el permiso lo da usted." in missing
    asked.choose("signed_form", "newsletter")
    assert "Un paso más" in asked.read(asked.url)
    paper = asked.read(asked.url.replace("?", "/form?"))
    assert "Declaro bajo pena de perjurio" in paper
    asked.choose("email_plus", "newsletter")
    asked.work()
    confirm = asked.link("/confirm")
    assert "Confirme lo que permitió" in asked.read(confirm)
    asked.post(confirm, **hidden(asked.get(confirm)))
    page = words(asked.client.get(asked.url, follow_redirects=True))
    assert "Lo que tenemos de Robin" in page
    assert "Cartas a usted" in page
    assert "hold" not in page, "no sentence is left in English"
    where = f"/parent/page/{asked.case}"
    sent = hidden(asked.client.get(asked.url, follow_redirects=True))
    wrong = asked.post(f"{where}/download", **sent, contact="x@example.org")
    assert "Esta no es la dirección o el número" in words(wrong)
