"use strict";
(() => {
  const rows = [...document.querySelectorAll("tbody tr")], body = document.querySelector("tbody");
  const shown = document.getElementById("shown"), dialog = document.querySelector("dialog");
  const filters = [...document.querySelectorAll(".filter")], sort = document.getElementById("sort");
  const keys = {
    rank: (row) => [+row.dataset.rank],
    sample: (row) => [row.dataset.sample],
    patient: (row) => [row.dataset.patient, +row.dataset.day || 0, row.dataset.sample],
    batch: (row) => [row.dataset.batch, row.dataset.sample],
  };
  const before = (a, b) => {
    for (let i = 0; i < a.length; i++) {
      if (a[i] !== b[i]) { return typeof a[i] === "number" ? a[i] - b[i] : a[i].localeCompare(b[i], "en", { numeric: true }); }
    }
    return 0;
  };
  const fits = (row) => filters.every((filter) => {
    const has = row.dataset[filter.dataset.name];
    return !filter.value || (filter.dataset.name === "status" ? has.split(" ").includes(filter.value) : has === filter.value);
  });
  const show = () => {
    const key = keys[sort.value];
    body.append(...[...rows].sort((a, b) => before(key(a), key(b))));
    for (const row of rows) { row.hidden = !fits(row); }
    shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} samples`;
  };
  for (const control of [sort, ...filters]) { control.addEventListener("change", show); }
  document.getElementById("size").addEventListener("change", (event) => {
    document.documentElement.style.setProperty("--thumb", `${event.target.value}px`);
  });
  let at = null;
  const open = (cell) => {
    at = cell;
    const picture = cell.querySelector("svg").cloneNode(true);
    picture.setAttribute("viewBox", picture.dataset.full);
    dialog.querySelector("div").replaceChildren(picture);
    document.getElementById("which").textContent = cell.closest("tr").dataset.sample;
    if (!dialog.open) { dialog.showModal(); }
  };
  const step = (by) => {
    const cells = [...document.querySelectorAll("tr:not([hidden]) button.cell")];
    const next = cells[cells.indexOf(at) + by];
    if (next) { open(next); }
  };
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("button.cell");
    if (cell) { open(cell); }
  });
  document.getElementById("back").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") { step(-1); }
    if (event.key === "ArrowRight") { step(1); }
  });
  dialog.addEventListener("close", () => { if (at) { at.focus(); } });
})();
