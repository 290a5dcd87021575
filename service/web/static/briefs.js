// On the form that changes a brief: items are dragged by a handle, or moved by it with the arrow keys. The numbers follow,
// and they are what is sent, as without script.
(function () {
  "use strict";
  var list = document.querySelector(".edit-items");
  if (!list) return;
  var dragged = null;

  function items() {
    return Array.prototype.slice.call(list.querySelectorAll("[data-item]"));
  }

  // The form reads the order from the numbers; the fields stay where the page had them, so each keeps its own.
  function renumber() {
    items().forEach(function (item, at) {
      item.querySelector("input[name=place]").value = at + 1;
    });
  }

  function clear() {
    items().forEach(function (item) { item.classList.remove("over", "under", "dragged"); });
  }

  // What is dragged takes the place of the item that it is dropped on, which moves towards where it came from.
  function down(item) {
    return items().indexOf(dragged) < items().indexOf(item);
  }

  // Fields are sent in the order of the page: where that changed by script, the form has to send the old order again.
  var first = items();
  list.closest("form").addEventListener("submit", function () {
    first.forEach(function (item) { list.appendChild(item); });
  });

  items().forEach(function (item) {
    var handle = document.createElement("button");
    handle.type = "button";
    handle.className = "handle";
    handle.draggable = true;
    handle.textContent = "Move ↕";
    handle.setAttribute("aria-label", "Move this item: drag it, or press the arrow up or down");
    item.querySelector(".edit-place").appendChild(handle);

    handle.addEventListener("dragstart", function (event) {
      dragged = item;
      item.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    handle.addEventListener("dragend", function () { clear(); dragged = null; });
    handle.addEventListener("keydown", function (event) {
      var up = event.key === "ArrowUp";
      if (!up && event.key !== "ArrowDown") return;
      event.preventDefault();
      var other = up ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      list.insertBefore(up ? item : other, up ? other : item);
      renumber();
      handle.focus();
    });
    item.addEventListener("dragover", function (event) {
      if (!dragged) return;
      event.preventDefault();
      clear();
      dragged.classList.add("dragged");
      item.classList.add(down(item) ? "under" : "over");
    });
    item.addEventListener("drop", function (event) {
      if (!dragged || dragged === item) return;
      event.preventDefault();
      list.insertBefore(dragged, down(item) ? item.nextElementSibling : item);
      renumber();
      clear();
    });
  });
})();
