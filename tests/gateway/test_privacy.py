"""What is hidden, what never is, and that hiding is safe on any text."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.privacy import PLACEHOLDERS, redact

ROOT = Path(__file__).resolve().parents[2]

HIDDEN = [
    # Phone numbers: mainland, islands, Mali; as people write them.
    ("mon numéro est le 06 12 34 56 78", "mon numéro est le [telephone]"),
    ("0612345678", "[telephone]"),
    ("06.12.34.56.78", "[telephone]"),
    ("06-12-34-56-78", "[telephone]"),
    ("06/12/34/56/78", "[telephone]"),
    ("06\u00a012\u202f34\u00a056\u00a078", "[telephone]"),
    ("0 6 1 2 3 4 5 6 7 8", "[telephone]"),
    ("0612 345 678", "[telephone]"),
    ("0612345 678 merci", "[telephone] merci"),
    ("tél:0612345678.", "tél:[telephone]."),
    ("+33 6 12 34 56 78", "[telephone]"),
    ("+33 (0)6 12 34 56 78", "[telephone]"),
    ("+33612345678", "[telephone]"),
    ("0033 6 12 34 56 78", "[telephone]"),
    ("33 6 12 34 56 78", "[numero]"),
    ("6 12 34 56 78", "[telephone]"),
    ("01 23 45 67 89", "[telephone]"),
    ("0590 12 34 56", "[telephone]"),
    ("05 90 12 34 56", "[telephone]"),
    ("0590123456", "[telephone]"),
    ("0690 12 34 56 en Guadeloupe", "[telephone] en Guadeloupe"),
    ("690 12 34 56", "[telephone]"),
    ("690123456", "[telephone]"),
    ("+590 690 12 34 56", "[telephone]"),
    ("(+590) 690 12 34 56", "[telephone]"),
    ("+590690123456", "[telephone]"),
    ("00590 690 12 34 56", "[telephone]"),
    ("0596 60 12 34, Martinique", "[telephone], Martinique"),
    ("+596 696 12 34 56", "[telephone]"),
    ("0694 12 34 56", "[telephone]"),
    ("+594 694 12 34 56", "[telephone]"),
    ("+223 76 12 34 56", "[telephone]"),
    ("00223 76123456", "[telephone]"),
    ("00 223 76 12 34 56", "[telephone]"),
    ("76 12 34 56", "[telephone]"),
    ("76123456", "[telephone]"),
    ("7612 3456", "[telephone]"),
    ("76 123 456", "[telephone]"),
    ("65-43-21-09 à Bamako", "[telephone] à Bamako"),
    ("20 22 12 34", "[telephone]"),
    ("+221 77 123 45 67", "[telephone]"),
    ("+1 202 555 0123", "[telephone]"),
    ("+999 12 34 56 78 9", "[telephone]"),
    ("０６１２３４５６７８", "[telephone]"),
    ("٠٦١٢٣٤٥٦٧٨", "[telephone]"),
    ("06 12 34 56 78 ou 0690 12 34 56", "[telephone] ou [telephone]"),
    ("06 12 34 56 78 0690 12 34 56", "[telephone] [telephone]"),
    ("0612345678 depuis 2021", "[telephone] depuis 2021"),
    ("depuis 2021 0612345678", "depuis 2021 [telephone]"),
    ("0690 12 34 56 97110 Pointe-à-Pitre", "[telephone] 97110 Pointe-à-Pitre"),
    ("+590 690 12 34 56 971", "[telephone] 971"),
    ("7400 ou 76 12 34 56", "7400 ou [telephone]"),
    ("le 06/05/2021 au 0612345678", "le 06/05/2021 au [telephone]"),
    # E-mail addresses, also said aloud or disguised.
    ("jean.dupont@orange.fr", "[email]"),
    ("écrivez à jean.dupont+pub@mail.orange.fr, merci", "écrivez à [email], merci"),
    ("JEAN_DUPONT@ORANGE.FR", "[email]"),
    ("jean@orange", "[email]"),
    ("jean @ orange.fr", "[email]"),
    ("éloïse@exemple.fr", "[email]"),
    ("06 12 34 56 78 @orange", "[telephone] @orange"),
    ("<jean@orange.fr>", "<[email]>"),
    ("a@b.fr et c@d.fr", "[email] et [email]"),
    ("mailto:jean@orange.fr", "mailto:[email]"),
    ("jean [at] orange.fr", "[email]"),
    ("jean(at)orange(dot)fr", "[email]"),
    ("jean arobase orange point fr", "[email]"),
    ("c'est jean point dupont arobase orange point fr", "c'est [email]"),
    ("0612345678@orange.fr", "[email]"),
    # Bank accounts.
    ("FR76 3000 6000 0112 3456 7890 189", "[iban]"),
    ("FR7630006000011234567890189", "[iban]"),
    ("fr7630006000011234567890189", "[iban]"),
    ("FR 76 3000 6000 0112 3456 7890 189", "[iban]"),
    ("FR76-3000-6000-0112-3456-7890-189", "[iban]"),
    ("iban FR76 3000 6000 0112 3456 7890 189 merci", "iban [iban] merci"),
    ("FR76 3000 6000 0112 3456 7890 188", "[iban]"),
    ("FR14 2004 1010 0505 0001 3M02 606", "[iban]"),
    ("BE68 5390 0754 7034", "[iban]"),
    ("DE89 3704 0044 0532 0130 00", "[iban]"),
    ("ML13 ML01 6012 0102 6001 0066 8497", "[iban]"),
    ("NO93 8601 1117 947", "[iban]"),
    ("20041 01005 0500013M026 06", "[iban]"),
    ("RIB : 30006 00001 12345678901 89", "RIB : [iban]"),
    # Cards.
    ("4970 1012 3456 7893", "[carte]"),
    ("4111111111111111", "[carte]"),
    ("4111-1111-1111-1111", "[carte]"),
    ("5500 0000 0000 0004", "[carte]"),
    ("3782 822463 10005", "[carte]"),
    ("ma carte 4111 1111 1111 1111 expire en 2027", "ma carte [carte] expire en 2027"),
    ("4111 1111 1111 1112", "[carte]"),
    # Other long numbers: social security, companies, papers, contracts, devices, network addresses.
    ("1 85 05 78 006 084 36", "[numero]"),
    ("185057800608436", "[numero]"),
    ("1850578006084 36", "[numero]"),
    ("2 85 05 2A 006 084 36", "[numero]"),
    ("185052B00608436", "[numero]"),
    ("552 081 317", "[numero]"),
    ("552 081 317 00013", "[numero]"),
    ("55208131700013", "[numero]"),
    ("passeport 12AB34567", "passeport [numero]"),
    ("NINA 18503104005063J", "NINA [numero]"),
    ("client 1234567", "client [numero]"),
    ("contrat n°AB1234567", "contrat n°[numero]"),
    ("IMEI 356938035643809", "IMEI [numero]"),
    ("mon IP est 192.168.100.123", "mon IP est [numero]"),
    ("dossier 12-345-678-90", "dossier [numero]"),
    ("Réclamation n° 77120 ouverte en mai", "Réclamation n° [numero] ouverte en mai"),
    ("pour le compte 889201", "pour le compte [numero]"),
    ("mon code est 1234", "mon code est [numero]"),
    ("née le 12 mars 1985 à Kayes", "née le [numero] à Kayes"),
    # Streets and people; towns and titles stay.
    ("12 bis rue Victor Hugo, 97200 Fort-de-France", "[adresse], 97200 Fort-de-France"),
    ("Rue 123 Porte 45, Hamdallaye", "[adresse], Hamdallaye"),
    ("BP 418 Bamako", "[adresse] Bamako"),
    ("je m'appelle rosalie bellerose", "je m'appelle [nom]"),
    ("Mme Alcindor, Cayenne", "Mme [nom], Cayenne"),
    ("Cordialement, Jean-Marc Bellerose", "Cordialement, [nom]"),
    ("@rosa.971 et facebook.com/rosa.bel", "[email] et facebook.com/[email]"),
    ("UPDATE comptes SET solde = 1000000", "UPDATE comptes SET solde = [numero]"),
]

KEPT = [
    "7400",
    "Le 7400 sert-il aussi aux questions de données personnelles ?",
    "7400 ca marche pr les donnees perso ou pas",
    "BP 2203, 97196 Jarry Cedex 9",
    "BP 2203 97196 Jarry",
    "2203 97196",
    "33732 Bordeaux Cedex 9",
    "TSA 70007, 82008 Montauban",
    "TSA 70007 82008 Montauban",
    "33732 82008 97196",
    "6, rue Nicolas Siret – 10 000 Troyes",
    "B.P. : E 3991-Bamako-Mali",
    "Hamdallaye ACI 2000",
    *(str(number) for number in range(971, 979)),
    "971, 972, 973, 977, 978",
    "971 972 973 977 978",
    "971/972/973",
    "+590",
    "+594",
    "+596",
    "+223",
    "+590/+596/+594/+223",
    "590 596 594",
    "0590 ou 0596",
    "un numéro en 0690",
    "j'habite en 974 ou 976",
    "97300 cayenne",
    "97250, Saint-Pierre",
    "97133",
    "97110 97200 97300",
    "SIM envoyée jamais reçue, réexpédier BAL 97300",
    "le 6 mai 2021",
    "06/05/2021",
    "6/5/2021",
    "06-05-2021",
    "06.05.21",
    "06 05 2021",
    "25 12 2021",
    "2021-05-06",
    "15/12/2021",
    "06/05/2021 15/12/2021",
    "du 06/05/2021 au 15/12/2021",
    "2018 2019 2020 2021",
    "2018-2021",
    "entre 2013 et 2021",
    "Loi n°2013-015 du 21 mai 2013",
    "loi n° 2025-594 du 30 juin 2025",
    "loi 78-17, décret 2019-536",
    "loi n° 2016-1321",
    "règlement (UE) 2016/679",
    "article L223-1 du code de la consommation",
    "ISO 27001",
    "1 mois",
    "36 mois",
    "3 ans, 12 mois, 24 mois",
    "24/36 mois",
    "de 8 h 30 à 17 h 45",
    "12345",
    "12 500 000 FCFA",
    "1 000 €",
    "100 000 000 FCFA",
    "18 finalités en Caraïbe, 13 au Mali",
    "@orange",
    "l'arobase",
    "www.bloctel.gouv.fr",
    "orangecaraibe.fr et soshcaraibe.fr",
    "mes données en 4G/5G",
    "Livebox 6, Open 200 Go",
    '/inform{"offer": "mobile"}',
    "",
    *PLACEHOLDERS.values(),
]


def test_the_tables_are_as_long_as_the_habits_of_people_ask_for() -> None:
    assert len(HIDDEN) + len(KEPT) >= 120


@pytest.mark.parametrize(("text", "expected"), HIDDEN, ids=lambda text: text)
def test_what_identifies_a_person_is_replaced(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize("text", KEPT, ids=lambda text: text)
def test_what_questions_and_answers_are_made_of_is_kept(text: str) -> None:
    redacted = redact(text)
    assert redacted.text == text
    assert not redacted.kinds


@pytest.mark.parametrize("path", sorted((ROOT / "policies_kb" / "sources").glob("*.md")), ids=lambda path: path.stem)
def test_no_word_of_a_policy_is_replaced(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert redact(text).text == text


def test_no_contact_and_no_notice_is_replaced() -> None:
    contract = yaml.safe_load((ROOT / "policies_kb" / "contract" / "topics.yml").read_text(encoding="utf-8"))
    notices = yaml.safe_load((ROOT / "policies_kb" / "notices.yml").read_text(encoding="utf-8"))
    texts = [contact["text"] for contact in contract["contacts"]] + [notice["text"] for notice in notices]
    assert len(texts) > len(contract["contacts"]) > 0
    assert [redact(text).text for text in texts] == texts


def test_what_was_replaced_is_counted_by_kind() -> None:
    kinds = redact("06 12 34 56 78, 0690 12 34 56, a@b.fr, FR7630006000011234567890189, 4111111111111111, 12345678901")
    assert kinds.kinds == {"phone": 2, "email": 1, "iban": 1, "card": 1, "number": 1}


PIECES = st.one_of(
    st.sampled_from(["06", "12", "0690", "7400", "97196", "+590", "00", "FR76", "3000", "4111", "2021", "12345678901"]),
    st.sampled_from(["arobase", "point", "[at]", "\ud800", *" .-/()@1aAé²٣\u00a0\x00\n"]),
)


@settings(derandomize=True, max_examples=500)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_is_redacted_once_and_for_all(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(st.lists(PIECES, max_size=30).map("".join), st.text(alphabet="abcé ,;", min_size=1, max_size=10))
def test_a_phone_number_is_hidden_whatever_words_surround_it(before: str, after: str) -> None:
    words = "".join(character for character in before if not character.isdigit())
    assert "0612345678" not in redact(f"{words} 0612345678 {after}").text
