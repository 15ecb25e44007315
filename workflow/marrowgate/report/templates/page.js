"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };
  document.documentElement.classList.add("js");

  // contents: a button on narrow screens, the section in view marked
  const toc = document.querySelector("nav.toc");
  const menu = document.getElementById("menu");
  const show = (open) => { toc.classList.toggle("open", open); menu.setAttribute("aria-expanded", String(open)); };
  menu.addEventListener("click", () => show(!toc.classList.contains("open")));
  toc.addEventListener("click", (event) => { if (event.target.closest("a")) show(false); });
  const links = new Map(all("a", toc).map((link) => [link.hash.slice(1), link]));
  const mark = () => {
    let current = null;
    for (const [id, link] of links) {
      const target = document.getElementById(id);
      if (target && target.getClientRects().length && target.getBoundingClientRect().top < 120) current = link;
      link.removeAttribute("aria-current");
    }
    if (current) current.setAttribute("aria-current", "true");
  };
  let waits = false;
  addEventListener("scroll", () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; mark(); });
  }, { passive: true });

  // a target inside closed details is opened
  const open = (node) => {
    for (let at = node; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const table = node.closest("table.more");
    if (table && node.closest("tr.later")) table.classList.add("all");
  };
  const go = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { open(target); target.scrollIntoView(); }
  };
  addEventListener("hashchange", go);
  addEventListener("beforeprint", () => all("details").forEach((node) => { node.open = true; }));

  // tables: sort by a heading, filter by words, all rows, the file as it is on disk
  const value = (cell) => {
    const text = cell ? cell.textContent.trim() : "";
    const number = text.replaceAll(",", "").match(/^[<>+]*\s*(-?\d+(\.\d+)?(e[+-]?\d+)?)/i);
    return { text, number: number ? Number(number[1]) : NaN };
  };
  const sort = (table, at, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, ...value(row.cells[at]) }));
    const numeric = rows.filter(({ number }) => !Number.isNaN(number)).length > rows.length / 3;
    const order = numeric
      ? (a, b) => (Number.isNaN(a.number) - Number.isNaN(b.number)) || (down ? b.number - a.number : a.number - b.number)
      : (a, b) => (down ? -1 : 1) * a.text.localeCompare(b.text, undefined, { numeric: true });
    body.append(...rows.sort(order).map(({ row }) => row));
    table.classList.add("all");
  };
  const download = async (name) => {
    const packed = document.getElementById(`file-${name}`).textContent;
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const address = URL.createObjectURL(new Blob([await new Response(stream).arrayBuffer()], { type: "text/tab-separated-values" }));
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };
  all("button[data-file]").forEach((button) => button.addEventListener("click", () => download(button.dataset.file)));
  all("table.data").forEach((table) => {
    const name = table.getAttribute("aria-label") || "table";
    [...table.tHead.rows[table.tHead.rows.length - 1].cells].forEach((heading, at) => {
      if (!heading.textContent.trim() || heading.classList.contains("turned")) return;
      const button = make("button", { type: "button" }, ...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, at, heading));
    });
    const tools = make("div", { className: "tools" });
    const rows = [...table.tBodies[0].rows];
    if (rows.length > 12) {
      const input = make("input", { type: "search", placeholder: "filter" });
      input.setAttribute("aria-label", `filter ${name}`);
      const count = make("span", { className: "quiet", role: "status" });
      input.addEventListener("input", () => {
        const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        rows.forEach((row) => {
          const text = row.textContent.toLowerCase();
          row.hidden = !words.every((word) => text.includes(word));
          shown += !row.hidden;
        });
        table.classList.add("all");
        count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
      });
      tools.append(input, count);
    }
    if (table.classList.contains("more") && table.querySelector("tr.later")) {
      const button = make("button", { type: "button", textContent: `show all ${rows.length} rows` });
      button.addEventListener("click", () => { table.classList.add("all"); button.remove(); });
      tools.append(button);
    }
    const file = table.dataset.file;
    if (file && document.getElementById(`file-${file}`)) {
      const button = make("button", { type: "button", textContent: `download ${file}` });
      button.addEventListener("click", () => download(file));
      tools.append(button);
    }
    if (tools.childNodes.length) table.closest(".scroll").before(tools);
  });

  // one of several views
  all(".switch").forEach((group) => {
    const buttons = all("button", group);
    const choose = (name) => {
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.show === name)));
      all(`[data-view]`, group.parentElement).forEach((view) => { view.hidden = view.dataset.view !== name; });
    };
    buttons.forEach((button) => button.addEventListener("click", () => choose(button.dataset.show)));
    choose(buttons[0].dataset.show);
  });

  // figures enlarged
  const dialog = document.querySelector("dialog");
  const inside = dialog.querySelector("div");
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("a")) dialog.close(); });
  all("main figure").forEach((figure) => {
    const drawing = figure.querySelector("svg, img");
    if (!drawing) return;
    const name = drawing.getAttribute("aria-label") || drawing.getAttribute("alt") || "figure";
    const button = make("button", { type: "button", className: "enlarge", textContent: "enlarge" });
    button.setAttribute("aria-label", `enlarge: ${name}`);
    const enlarge = () => {
      inside.replaceChildren(drawing.cloneNode(true));
      dialog.setAttribute("aria-label", name);
      dialog.showModal();
    };
    button.addEventListener("click", enlarge);
    drawing.addEventListener("click", (event) => { if (!event.target.closest("a")) enlarge(); });
    figure.append(button);
  });

  // search: headings, rows, paragraphs
  const field = document.getElementById("search");
  const hits = document.getElementById("hits");
  let index = null;
  const find = () => {
    index ??= all("main h1, main h2, main h3, main h4, main p, main li, main tbody tr, main figcaption").map((node) => {
      const text = node.textContent.replace(/\s+/g, " ").trim();
      return { node, text, lower: text.toLowerCase(), rank: /^H\d/.test(node.tagName) ? 0 : 1 };
    });
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { hits.replaceChildren(); return; }
    const found = index.filter(({ lower }) => words.every((word) => lower.includes(word))).sort((a, b) => a.rank - b.rank);
    const items = found.slice(0, 30).map(({ node, text }) => {
      const section = node.closest("section");
      const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - 30);
      const link = make("a", { href: "#", textContent: text.slice(at, at + 140) },
        make("small", { textContent: section?.querySelector("h2, h3")?.firstChild?.textContent ?? "" }));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        open(node);
        node.scrollIntoView({ block: "center" });
        all(".flash").forEach((other) => other.classList.remove("flash"));
        node.classList.add("flash");
        node.tabIndex = -1;
        node.focus({ preventScroll: true });
        hits.replaceChildren();
      });
      return make("li", {}, link);
    });
    const told = found.length > 30 ? `${found.length} places, the first 30 are shown` : "";
    if (!found.length) items.push(make("li", { className: "none", textContent: "nothing found" }));
    if (told) items.push(make("li", { className: "none", textContent: told }));
    hits.replaceChildren(...items);
  };
  field.addEventListener("input", find);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") { hits.replaceChildren(); show(false); }
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); field.focus(); }
    if (event.key === "ArrowDown" && event.target === field) { event.preventDefault(); hits.querySelector("a")?.focus(); }
  });
  // what scrolls sideways can be reached by keyboard
  const reach = () => all(".scroll").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
  });
  addEventListener("resize", reach);
  reach();
  mark();
  go();
})();
