"""Check refuses each way in which content can leave its policy. Every case breaks the real content in one place."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.policies_kb.conftest import Copy

CARAIBE, MALI = "sources/orange-caraibe_2021-05-06.md", "sources/orange-mali_2021-12-15.md"

# What is broken, and words of the finding it must give.
CASES: dict[str, tuple[Callable[["Copy"], object], str]] = {
    "a source file altered by one letter": (
        lambda copy: copy.replace(CARAIBE, "trois ans", "trente ans"),
        "sources/orange-caraibe_2021-05-06.md: sha256",
    ),
    "a source file that is not recorded": (
        lambda copy: copy.replace("sources/SHA256SUMS", "orange-mali", "orange-malo"),
        "orange-malo",
    ),
    "a policy's date that is not the contract's": (
        lambda copy: copy.replace(MALI, "updated: 2021-12-15", "updated: 2021-12-16"),
        "updated 2021-12-16",
    ),
    "an excerpt whose first words are altered": (
        lambda copy: copy.mapped("caraibe", "rights.2", starts="Vous pourrez demander"),
        "rights.2: starts",
    ),
    "a quotation in a lead that is not verbatim": (
        lambda copy: copy.card("mali/rights.objection", lead="Vous pouvez vous opposer pour des « motif légitime »."),
        "the quotation « motif légitime » is not verbatim",
    ),
    "a wrong postcode": (
        lambda copy: copy.replace(
            "contacts.yml",
            "text: 'Orange Caraïbe SA, service client, gestion des données personnelles, BP 2203, 97196",
            "text: 'Orange Caraïbe SA, service client, gestion des données personnelles, BP 2203, 97169",
        ),
        "97169 Jarry Cedex 9 » is not verbatim",
    ),
    "a wrong postcode in a contact's voice form": (
        lambda copy: copy.entry("contacts.yml", "caraibe.bordeaux", voice="Orange Service Client, 33723 Bordeaux"),
        "caraibe.bordeaux: voice has not the digits of text",
    ),
    "a contact given for an offer that has another": (
        lambda copy: copy.entry(
            "contacts.yml",
            "caraibe.bordeaux",
            passages={
                "internet": "exercise.consumer.2",
                "fixe": "exercise.consumer.2",
                "mobile": "exercise.consumer.2",
            },
        ),
        "caraibe.bordeaux: is given for fixe, internet, mobile",
    ),
    "a contact resting on another's passage": (
        lambda copy: copy.entry("contacts.yml", "caraibe.montauban", passages={"obs": "exercise.business.2"}),
        "is not verbatim in exercise.business.2",
    ),
    "a contact shown on a topic that has none": (
        lambda copy: copy.entry("contacts.yml", "mali.phone", topics=["exercise", "retention"]),
        "mali.phone: topic retention shows no such contact",
    ),
    "a contact missing on a topic that shows it": (
        lambda copy: copy.entry("contacts.yml", "mali.phone", topics=["exercise"]),
        "mali.phone: topic rights.access is missing",
    ),
    "a contact that is not there": (
        lambda copy: copy.entry("contacts.yml", "mali.phone", id="mali.telephone"),
        "mali.phone is missing",
    ),
    "a number in a lead that no passage holds": (
        lambda copy: copy.card("caraibe/purposes.contract", lead="Orange poursuit 19 finalités."),
        "the number 19",
    ),
    "a number in words in a lead that no passage holds": (
        lambda copy: copy.card("caraibe/purposes.contract", lead="Orange poursuit dix-neuf finalités."),
        "the number 19",
    ),
    "another duration in a lead": (
        lambda copy: copy.card("caraibe/exercise.deadline", lead="Une réponse vous sera adressée sous deux mois."),
        "lead: the duration 2 mois",
    ),
    "another duration in a voice form": (
        lambda copy: copy.card("mali/exercise.deadline", voice="Une réponse vous sera adressée sous une semaine."),
        "voice: the duration 1 semaine",
    ),
    "another date in a lead": (
        lambda copy: copy.card("mali/policy.changes", lead="Dernière mise à jour le 15 décembre 2022."),
        "the date 15 decembre 2022",
    ),
    "a number in a statement of silence": (
        lambda copy: copy.card("mali/retention", not_said="La politique n'indique pas la durée de 5 ans."),
        "not_said: the duration 5 an",
    ),
    "a content word of a lead that no passage bears": (
        lambda copy: copy.card("mali/exercise", lead="Vous pouvez exercer gratuitement vos droits."),
        "lead: « gratuitement » stands in none",
    ),
    "a content word of a voice form that no passage bears": (
        lambda copy: copy.card("caraibe/recipients", voice="Vos données sont louées à des partenaires."),
        "voice: « louées » stands in none",
    ),
    "a negation that no passage makes": (
        lambda copy: copy.card("caraibe/recipients", lead="Les données ne sont pas destinées aux partenaires."),
        "the negation « ne sont pas »",
    ),
    "a restriction told as a denial": (
        lambda copy: copy.card("mali/data_categories", lead="Orange Mali ne traite pas une donnée."),
        "the negation « ne traite pas »",
    ),
    "a « sans » that no passage makes": (
        lambda copy: copy.card("caraibe/recipients", lead="Les données sont traitées sans partenaires."),
        "the negation « sans partenaires",
    ),
    "a reviewed word that nothing needs": (
        lambda copy: copy.replace("words.yml", "words: [", "words: [ornithorynque, "),
        "« ornithorynque » is needed by",
    ),
    "a passage that no card or contact reaches": (
        lambda copy: copy.card("mali/transfers", passages=["transfers.1"]),
        "no card or contact reaches transfers.2",
    ),
    "a passage that is not mapped": (
        lambda copy: copy.replace("coverage/mali.yml", "transfers.2:", "transfers.3:"),
        "passage transfers.2",
    ),
    "a mapped passage that does not exist": (
        lambda copy: copy.mapped("mali", "transfers.9", starts="Les", topics=["transfers"]),
        "transfers.9 is no passage",
    ),
    "a passage mapped to no topic of the contract": (
        lambda copy: copy.mapped("mali", "transfers.1", topics=["transfer"]),
        "transfer is no topic",
    ),
    "a card citing a passage not mapped to its topic": (
        lambda copy: copy.card("caraibe/security", passages=["security.1-3", "why.15"]),
        "why.15 « Assurer la sécurité des plateformes et services » is not mapped to security",
    ),
    "a passage cited twice": (
        lambda copy: copy.card("caraibe/security", passages=["security.1-3", "security.2"]),
        "security.2 is cited twice",
    ),
    "an address cited by a card": (
        lambda copy: copy.card("caraibe/exercise", passages=["exercise.1-3", "exercise.consumer.2"]),
        "exercise.consumer.2 holds a contact that exercise does not show",
    ),
    "the Bloctel address cited by another card": (
        lambda copy: copy.card("caraibe/rights", passages=["rights.1-6"]),
        "rights.6 holds a contact that rights does not show",
    ),
    "the Mali contacts cited by a card that shows none": (
        lambda copy: copy.card("mali/exercise.deadline", passages=["exercise.1", "exercise.3"]),
        "exercise.1 holds a contact that exercise.deadline does not show",
    ),
    "a topic without a card": (
        lambda copy: (copy.root / "cards/mali/dpo.yml").unlink(),
        "cards/mali/dpo.yml: there is no card",
    ),
    "a card under another topic's name": (
        lambda copy: copy.card("mali/dpo", topic="security"),
        "cards/mali/dpo.yml: it is the card of security",
    ),
    "a card of the other policy": (
        lambda copy: copy.card("mali/dpo", policy="orange-caraibe"),
        "policy orange-caraibe is not that of mali",
    ),
    "a silent topic that does not say so": (
        lambda copy: copy.card("mali/dpo", not_said=None),
        "cards/mali/dpo.yml: no not_said",
    ),
    "a full topic that says something is not said": (
        lambda copy: copy.card("mali/security", not_said="La politique n'en parle pas."),
        "mali/security.yml: not_said",
    ),
    "a not_said that denies nothing": (
        lambda copy: copy.card("mali/dpo", not_said="La politique en parle."),
        "not_said denies nothing",
    ),
    "silence told as the absence of a right": (
        lambda copy: copy.card(
            "mali/rights.portability",
            not_said="Vous n'avez pas ce droit : la politique n'en parle "
            "pas, vous n'avez aucun droit à la portabilité.",
        ),
        "not_said denies a right",
    ),
    "an expired notice": (
        lambda copy: copy.replace("notices.yml", "expires_on: 2027", "expires_on: 2026"),
        "expired on 2026",
    ),
    "a notice checked in the future": (
        lambda copy: copy.replace("notices.yml", "checked_on: 2026-11-21", "checked_on: 2027-01-02"),
        "checked on 2027-01-02, which is to come",
    ),
    "a notice on no topic": (
        lambda copy: copy.entry("notices.yml", "mali.apdp", topic="authority"),
        "authority is no topic",
    ),
    "a superseded fact told as current": (
        lambda copy: copy.card("caraibe/bloctel", lead="Tout consommateur peut s'inscrire gratuitement."),
        "begin with « Selon la politique du 6 mai 2021 »",
    ),
    "a lead over two sentences": (
        lambda copy: copy.card("mali/security", lead="Orange Mali. Orange Mali. Orange Mali."),
        "lead has 3 sentences",
    ),
    "a voice form over three sentences": (
        lambda copy: copy.card("mali/security", voice="Orange Mali. Orange. Orange Mali. Orange."),
        "voice has 4 sentences",
    ),
    "a voice form with a web address": (
        lambda copy: copy.card("caraibe/policy.scope", voice="Cette politique est celle de soshcaraibe.fr."),
        "voice holds a web address",
    ),
    "a voice form with list marks": (
        lambda copy: copy.card("mali/rights", voice="Vos droits :\n- accès"),
        "voice holds markup or a list mark",
    ),
    "a voice form that asks for a click": (
        lambda copy: copy.card("mali/rights", voice="Cliquez sur vos droits."),
        "voice holds « cliquez »",
    ),
    "a voice form that sends a caller to their own line": (
        lambda copy: copy.card("mali/exercise", voice="Vous pouvez exercer vos droits en appelant le 7400."),
        "voice holds « appelez le 7400 »",
    ),
    "nothing to offer next": (lambda copy: copy.card("mali/rights", next=["exercise"]), "next offers 1 topics"),
    "itself offered next": (
        lambda copy: copy.card("mali/rights", next=["rights", "exercise"]),
        "next: rights is no other topic",
    ),
    "an offer without a label": (
        lambda copy: copy.replace("labels.yml", "offer.mobile_entreprise:", "offer.other:"),
        "offer.mobile_entreprise has no label",
    ),
}


@pytest.mark.parametrize(("breaks", "finding"), CASES.values(), ids=CASES.keys())
def test_check_refuses(copy: "Copy", unbroken: list[str], breaks: Callable[["Copy"], object], finding: str) -> None:
    assert not [line for line in unbroken if finding in line]
    breaks(copy)
    assert [line for line in copy.findings() if finding in line], copy.findings()
