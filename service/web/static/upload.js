// Files may be dropped on the form; without this they are chosen.
"use strict";
const zone = document.querySelector("[data-drop]");
const input = zone && zone.querySelector("input[type=file]");
if (input && window.DataTransfer) {
  const hint = document.createElement("p");
  hint.textContent = "Or drop files here.";
  const list = document.createElement("ul");
  zone.append(hint, list);
  const show = () => {
    list.replaceChildren(...Array.from(input.files, (file) => {
      const item = document.createElement("li");
      item.textContent = file.name;
      return item;
    }));
  };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const all = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
    input.files = all.files;
    show();
  });
}
