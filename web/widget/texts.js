// Every sentence of the widget. Plain spaces are written here: `sentence` puts the non-breaking ones where French wants
// them. {names} are filled in by the caller.

// As the two policies stand (tests/browser holds them against policies_kb/sources).
export const POLICIES = {
  caraibe: {
    id: "orange-caraibe",
    operator: "Orange Caraïbe",
    territory: "Guadeloupe, Martinique, Guyane, Saint-Martin, Saint-Barthélemy",
    title: "Protection des données personnelles",
    updated: "2021-05-06",
  },
  mali: {
    id: "orange-mali",
    operator: "Orange Mali",
    territory: "",
    title: "Politique de confidentialité des données personnelles des clients Orange Mali",
    updated: "2021-12-15",
  },
};

const TEXTS = {
  region: "Tchat",
  "launcher-subject": "Vos données personnelles :",
  launcher: "posez votre question",
  unread: "({count} non lue)",
  "unread-many": "({count} non lues)",
  "title-unread": "({count}) Réponse - {title}",

  title: "Vos données personnelles",
  subtitle: "Assistant automatique",
  skip: "Aller à la saisie de votre question",
  menu: "Menu",
  close: "Fermer",
  restart: "Effacer et recommencer",
  save: "Enregistrer la conversation",
  print: "Imprimer la conversation",
  person: "Parler à une personne",
  "ask-person": "Je voudrais parler à une personne",
  "new-tab": "(nouvel onglet)",

  "intro-title": "Avant de commencer",
  machine: "C’est une machine qui vous répond, pas une personne.",
  "rests-on-one": "Elle répond d’après ce texte, et le cite :",
  "rests-on-both": "Elle répond d’après deux textes, et les cite :",
  policy: "{operator} : « {title} », mise à jour le ",
  purpose: "Elle vous indique ce que dit la politique et où adresser votre demande. Elle n’enregistre pas de demande.",
  kept: "La conversation est effacée quand vous quittez cette page, ou une demi-heure après votre dernier message. Les numéros, les noms et les adresses qu’il reconnaît y sont masqués. L’assistant n’en a pas besoin : merci de ne pas les écrire.",
  privacy: "Confidentialité de l’assistant",
  country: "Quelle est votre ligne ?",
  optional: "(facultatif)",
  "country-unknown": "Je ne sais pas",
  starters: "Questions fréquentes",
  "starter-1": "Quels sont mes droits ?",
  "starter-2": "Comment faire effacer mes données ?",
  "starter-3": "Combien de temps gardez-vous mes données ?",

  log: "Conversation",
  scroller: "Textes du tchat",
  you: "Vous",
  assistant: "Assistant",
  choices: "Choix proposés",
  field: "Votre question",
  send: "Envoyer",
  hint: "Entrée pour envoyer, Maj + Entrée pour aller à la ligne.",
  left: "Il vous reste {count} caractères sur {limit}.",
  over: "Votre message dépasse {limit} caractères de {count}. Raccourcissez-le pour l’envoyer.",
  empty: "Écrivez d’abord votre question.",
  busy: "Votre message précédent est encore en route. Patientez un instant.",
  searching: "L’assistant cherche la réponse…",
  unsent: "Message non envoyé",

  // The assistant's own words, by which a reply's lines are recognised.
  notice: "Information hors politique",
  section: "Section « {section} »",
  "section-of": "Section « {section} », politique d’{operator} mise à jour le {date}",
  contact: "Coordonnées",
  copy: "Copier l’adresse",
  copied: "Adresse copiée.",
  selected: "L’adresse est sélectionnée : copiez-la avec le clavier ou par un appui long.",
  letters: "Pour écrire",
  "letter-pdf": "Lettre prête à remplir (PDF)",
  "letter-text": "Texte de la lettre",
  helpful: "Cette réponse vous a-t-elle aidé ?",
  yes: "Oui",
  no: "Non",
  thanks: "Merci, votre avis est compté, sans être rattaché à vous.",

  offline: "Vous êtes hors connexion. Votre question partira dès le retour du réseau : elle ne sera pas comptée deux fois.",
  "offline-now": "Vous êtes hors connexion. Vous pouvez relire la conversation et préparer votre question.",
  "online-now": "La connexion est revenue.",
  network: "L’assistant est injoignable. Vérifiez votre connexion, puis réessayez : votre question ne sera pas comptée deux fois.",
  timeout: "L’assistant met trop de temps à répondre. Réessayez : votre question ne sera pas comptée deux fois.",
  failed: "L’assistant n’a pas pu répondre. Réessayez dans un instant.",
  retry: "Réessayer",
  expired: "Cette conversation a expiré : l’assistant n’en a plus rien.",
  reopen: "Ouvrir une nouvelle conversation et renvoyer ma question",
  "too-many": "Trop de messages en peu de temps. Votre question repart toute seule dans un instant.",
  "try-again": "L’assistant redémarre ou est très sollicité. Votre question repart toute seule dans un instant.",
  countdown: "Nouvel envoi dans {seconds} s",
  erased: "La conversation est effacée. Vous pouvez en commencer une autre.",
  "not-erased": "La conversation n’a pas pu être effacée tout de suite ; elle le sera d’elle-même à son expiration.",

  "saved-title": "Vos données personnelles - conversation du {date}",
  "saved-note": "Réponses d’un assistant automatique, d’après la politique de confidentialité à la date indiquée.",
  "saved-file": "conversation-donnees-personnelles.txt",
};

export function sentence(name, values = {}) {
  return TEXTS[name]
    .replace(/ (?=[:;?!»])/gu, "\u00a0")
    .replace(/« /gu, "«\u00a0")
    .replace(/\{(\w+)\}/gu, (_, key) => values[key]);
}

// "2021-05-06" as "6 mai 2021"; what is not a date gives nothing.
export function frenchDate(value) {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return "";
  const words = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "UTC" }).format(date);
  return words.replace(/^1 /u, "1er ").replace(/ /gu, "\u00a0");
}
