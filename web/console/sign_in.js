// Signing in with an account of this installation. The password goes in the body of one call and stays nowhere.

const form = document.getElementById("local");
const problem = document.getElementById("problem");
const button = form.querySelector("button");

function tell(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  button.disabled = true;
  const { username, password } = form.elements;
  try {
    const answer = await fetch("/conseiller/api/signin", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: username.value, password: password.value, then: form.dataset.then || null }),
    });
    const found = await answer.json();
    if (answer.ok) {
      location.assign(found.then);
      return;
    }
    tell(found.error.message);
  } catch {
    tell("La console ne répond pas. Vérifiez votre connexion, puis réessayez.");
  }
  button.disabled = false;
  password.value = "";
  password.focus();
});

(form.hidden ? document.getElementById("provider") : form.elements.username).focus();
