// The forms that try an operation of the API: they build the request, send it, and show what comes back.
"use strict";

const MOST = 100000; // characters of an answer that are read and shown

const values = (field) => {
  const text = field.value;
  return field.dataset.many ? text.split("\n").map((line) => line.trim()).filter(Boolean) : text === "" ? [] : [text];
};

const encoded = (id) => id.split("/").map(encodeURIComponent).join("/");

const request = (form) => {
  let path = form.dataset.path;
  let body;
  const asked = new URLSearchParams();
  const sent = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-in]")) {
    const place = field.dataset.in;
    if (place === "body") body = field.value;
    for (const value of place === "body" ? [] : values(field)) {
      if (place === "path") path = path.replace(`{${field.dataset.name}}`, encoded(value));
      else (place === "query" ? asked : sent).append(field.dataset.name, value);
    }
  }
  const kind = form.dataset.kind;
  const options = { method: form.dataset.method };
  if (kind) options.headers = { "Content-Type": kind };
  if (kind) options.body = body === undefined ? sent.toString() : body;
  const query = asked.toString();
  return [query ? `${path}?${query}` : path, options];
};

const read = async (answer) => {
  // A whole table may be far more than a page can show.
  const kind = answer.headers.get("Content-Type") || "";
  if (!/json|text|csv/.test(kind)) {
    const size = (await answer.arrayBuffer()).byteLength;
    return `A file of ${size.toLocaleString("en-GB")} bytes, which is not text.`;
  }
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > MOST) {
      await reader.cancel();
      return `${text.slice(0, MOST)}\n… and more: what is shown ends here.`;
    }
  }
  if (!/json$|json;/.test(kind) || kind.includes("ndjson")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

const part = (title, text) => {
  const heading = document.createElement("h5");
  heading.textContent = title;
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  shown.textContent = text;
  return [heading, shown];
};

const send = async (form) => {
  const shown = form.querySelector(".answer");
  const button = form.querySelector("button");
  const [address, options] = request(form);
  button.disabled = true;
  shown.textContent = "Asking…";
  try {
    const before = performance.now();
    const answer = await fetch(address, options);
    const body = await read(answer);
    const spent = Math.round(performance.now() - before);
    const told = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = `Status ${answer.status} ${answer.statusText}`;
    told.append(strong, ` after ${spent} ms, from ${options.method} ${address}`);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    shown.replaceChildren(told, ...part("Headers", headers), ...part("Body", body));
  } catch (error) {
    shown.textContent = `There was no answer (${error.message}): see that the service runs, then send it again.`;
  } finally {
    button.disabled = false;
  }
};

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
