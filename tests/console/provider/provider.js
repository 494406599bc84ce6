// A real OpenID provider for the tests, on loopback: any password is right, and a person's roles are said by the name,
// so that "ines.agent+auditor" is an agent and an auditor. Configured by its environment:
// PORT, CONSOLE (the console's origin), ROLES_IN ("id_token" or "userinfo"), SECRET (of the client that has one).
import Provider from "oidc-provider";

const { PORT, CONSOLE, ROLES_IN, SECRET } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const console_ = {
  redirect_uris: [`${CONSOLE}/conseiller/connexion/retour`],
  post_logout_redirect_uris: [`${CONSOLE}/conseiller/connexion`],
  response_types: ["code"],
  grant_types: ["authorization_code"],
};

const provider = new Provider(issuer, {
  clients: [
    { client_id: "console", token_endpoint_auth_method: "none", ...console_ },
    { client_id: "console with secret", client_secret: SECRET, ...console_ },
  ],
  claims: { openid: ["sub", "roles"] },
  conformIdTokenClaims: ROLES_IN === "userinfo",
  cookies: { keys: ["tests"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, roles: (sub.split(".")[1] ?? "").split("+") }) }),
  pkce: { required: () => true },
});
provider.listen(Number(PORT), "127.0.0.1", () => process.stdout.write("ready\n"));
