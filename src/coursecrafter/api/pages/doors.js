"use strict";

const page = document.body.dataset.page;
const query = new URLSearchParams(location.search);
const held = decodeURIComponent(location.hash.slice(1));
const form = document.getElementById("form");
const said = document.getElementById("said");
const button = form.querySelector("button");

// A secret does not stay in the address bar, nor in the history.
if (held) {
  history.replaceState(null, "", location.pathname + location.search);
}

function part(id) {
  return document.getElementById(id);
}

// What is hidden is not asked for: a browser would not send a form with an empty field that nobody sees.
function show(id, isShown) {
  part(id).hidden = !isShown;
  for (const input of part(id).querySelectorAll("input")) {
    input.disabled = !isShown;
  }
}

function say(text, kind) {
  said.textContent = text;
  said.className = kind;
}

function close(text, kind) {
  form.hidden = true;
  say(text, kind);
}

// On to a page of ours, and to nobody else's.
function next() {
  const path = query.get("after") || "";
  return /^\/(?![/\\])[!-[\]-~]*$/.test(path) ? path : "/cc/docs";
}

function value(name) {
  return form.elements[name].value;
}

async function call(path, body) {
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch("/cc/accounts/" + path, body === undefined ? {} : sent);
  const told = await answer.json();
  if (!told.ok) {
    throw new Error(told.error.message + " " + told.error.remedy);
  }
  return told.data;
}

const acts = {
  "sign-in": async () => {
    await call("sign-in", { email: value("email").trim(), password: value("password") });
    location.assign(next());
  },

  welcome: async () => {
    const body = { token: held };
    if (!part("naming").hidden) {
      body.name = value("name").trim();
      body.password = value("new-password");
    }
    if (!part("addressing").hidden) {
      body.email = value("email").trim();
    }
    await call("invitation/accept", body);
    location.assign(next());
  },

  password: async () => {
    if (held) {
      await call("reset/use", { token: held, password: value("new-password") });
      close("Your new password is set. You can sign in with it now.", "good");
      show("to-sign-in", true);
    } else {
      await call("reset/request", { email: value("email").trim() });
      close("If this address has an account here, a link is on its way to it.", "good");
    }
  },
};

const beginnings = {
  "sign-in": async () => {
    show("addressing", true);
    show("passing", true);
    const problem = query.get("problem");
    if (problem) {
      const code = problem.slice(0, 7);
      say(`Signing in through the provider did not work (${code}). Try again, or ask whoever runs this.`, "bad");
    }
    const ways = await call("ways");
    show("to-reset", ways.mail);
    if (ways.provider) {
      part("provider").textContent = "Sign in with " + ways.provider;
      part("provider").href = "/cc/accounts/oidc/start?after=" + encodeURIComponent(next());
      show("to-provider", true);
    }
  },

  welcome: async () => {
    if (!held) {
      close("This address has no link in it. Copy the whole link, with what stands behind #.", "bad");
      return;
    }
    const asked = await call("invitation/look", { token: held });
    const who = asked.email ? asked.email + " is" : "You are";
    part("lead").textContent = `${who} invited to “${asked.organisation}” as ${asked.role}.`;
    show("naming", !asked.has_account);
    show("addressing", !asked.email);
    const me = asked.has_account ? await call("me").catch(() => null) : null;
    if (asked.has_account && (!me || me.email !== asked.email)) {
      close("This address has an account already. Sign in with it in another tab, then open the link again.", "");
      show("to-sign-in", true);
    }
  },

  password: async () => {
    show(held ? "naming" : "addressing", true);
    part("name-field").hidden = true;
    form.elements.name.disabled = true;
    button.textContent = held ? "Set the password" : "Send a link";
  },
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  say("", "");
  try {
    await acts[page]();
  } catch (error) {
    say(error.message, "bad");
    said.focus();
  } finally {
    button.disabled = false;
  }
});

for (const id of ["naming", "addressing", "passing", "to-provider", "to-reset", "to-sign-in"]) {
  show(id, false);
}
beginnings[page]().catch((error) => close(error.message, "bad"));
