"use strict";
(() => {
  const table = document.getElementById("columns");
  if (!table) return;
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const said = document.getElementById("shown");
  const search = document.getElementById("search");
  const kind = document.getElementById("kind");

  const value = (row, place) => {
    const text = row.cells[place].dataset.value ?? row.cells[place].textContent.trim();
    const number = Number(text);
    return text === "" ? null : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const order = (a, b) => {
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b);
    return typeof a === "number" ? -1 : 1;
  };
  const sort = (place, up) => {
    const rows = [...body.rows].map((row) => [value(row, place), row]);
    rows.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : (up ? 1 : -1) * order(a, b)));
    body.append(...rows.map(([, row]) => row));
    headings.forEach((heading, i) => {
      if (i === place) heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    });
  };
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const row of body.rows) {
      const fits = row.cells[0].textContent.toLowerCase().includes(wanted) && (!kind.value || row.dataset.kind === kind.value);
      row.hidden = !fits;
      count += fits;
    }
    said.textContent = `${count} of ${body.rows.length} columns`;
  };

  headings.forEach((heading, place) => {
    const button = heading.querySelector("button");
    if (button) button.addEventListener("click", () => sort(place, heading.getAttribute("aria-sort") !== "ascending"));
  });
  search.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  filter();
})();
