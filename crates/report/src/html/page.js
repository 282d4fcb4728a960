/* Everything here is a help: the page is whole and readable without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* Not here: it holds for this visit. */ } },
  };
  const THEME = "stackctl-theme";
  if (["light", "dark"].includes(kept.get(THEME))) root.dataset.theme = kept.get(THEME);
  root.classList.add("script");

  /* Light and dark: the system's, until somebody chooses. */
  function theme() {
    byId("theme").addEventListener("click", () => {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
      kept.set(THEME, root.dataset.theme);
    });
  }

  /* What is searched, filtered and selected stands in the address, so that it can be sent. */
  const state = { q: "", verdict: new Set(), action: new Set(), layer: "", order: "risk", node: "" };
  function readState() {
    const words = new URLSearchParams(location.hash.slice(1));
    const set = (name) => new Set((words.get(name) ?? "").split(",").filter(Boolean));
    Object.assign(state, {
      q: words.get("q") ?? "", verdict: set("verdict"), action: set("action"), layer: words.get("layer") ?? "",
      order: words.get("order") === "dependency" ? "dependency" : "risk", node: words.get("node") ?? "",
    });
  }
  function writeState() {
    const words = new URLSearchParams();
    const put = (name, value, usual = "") => { if (value !== usual) words.set(name, value); };
    put("q", state.q.trim());
    put("verdict", [...state.verdict].join(","));
    put("action", [...state.action].join(","));
    put("layer", state.layer);
    put("order", state.order, "risk");
    put("node", state.node);
    const text = words.toString();
    const here = location.href.split("#")[0];
    try { history.replaceState(null, "", text ? `${here}#${text}` : here); } catch { /* An attachment's viewer may forbid it. */ }
  }

  /* Cards: search, filters, order. */
  const cards = { list: [], show: () => {}, reset: () => {} };
  function changes() {
    const search = byId("search");
    if (!search) return;
    const layer = byId("layer"), order = byId("order"), toggle = byId("toggle"), holder = byId("cards");
    const chips = all(".chip");
    cards.list = all("article").map((element) => ({
      element, words: null, order: Number(element.dataset.order), verdicts: element.dataset.verdicts.split(" "),
      action: element.dataset.action, layer: element.dataset.layer,
    }));
    const wordsOf = (card) => card.words ??= [card.element.dataset.address, card.layer, card.action,
      ...all(".badge, .brief, .findings p, .reasons > div:not(:has(.ref)), .attributes dt, .end", card.element).map((it) => it.textContent)]
      .join(" ").toLowerCase();
    let shownOrder = "risk";
    function arrange() {
      if (shownOrder === state.order) return;
      shownOrder = state.order;
      const sorted = state.order === "risk" ? cards.list : cards.list.toSorted((a, b) => a.order - b.order);
      holder.append(...sorted.map((it) => it.element));
    }
    function label() {
      const visible = cards.list.filter((it) => !it.element.hidden);
      const closed = visible.some((it) => !it.element.firstElementChild.open);
      toggle.textContent = closed || !visible.length ? "Open all" : "Close all";
      return closed;
    }
    cards.show = () => {
      const terms = state.q.toLowerCase().split(/\s+/).filter(Boolean);
      let hits = 0;
      for (const card of cards.list) {
        const fits = (!state.verdict.size || card.verdicts.some((it) => state.verdict.has(it)))
          && (!state.action.size || state.action.has(card.action)) && (!state.layer || state.layer === card.layer)
          && (!terms.length || terms.every((it) => wordsOf(card).includes(it)));
        hits += fits;
        if (card.element.hidden === fits) card.element.hidden = !fits;
      }
      const total = cards.list.length;
      const noun = total === 1 ? "change" : "changes";
      byId("hits").textContent = hits === total ? `${total} ${noun}` : `${hits} of ${total} ${noun}`;
      byId("none").hidden = hits > 0;
      byId("clear").hidden = !(terms.length || state.verdict.size || state.action.size || state.layer);
      for (const chip of chips) {
        const [group, value] = Object.entries(chip.dataset)[0];
        chip.setAttribute("aria-pressed", state[group].has(value));
      }
      if (search.value.trim() !== state.q.trim()) search.value = state.q;
      layer.value = state.layer;
      order.value = state.order;
      arrange();
      label();
    };
    cards.reset = () => {
      Object.assign(state, { q: "", layer: "" });
      state.verdict.clear();
      state.action.clear();
      search.value = "";
      update();
    };
    const update = () => { cards.show(); writeState(); };
    for (const chip of chips) {
      chip.disabled = false;
      chip.addEventListener("click", () => {
        const [group, value] = Object.entries(chip.dataset)[0];
        if (!state[group].delete(value)) state[group].add(value);
        update();
      });
    }
    search.addEventListener("input", () => { state.q = search.value; update(); });
    layer.addEventListener("change", () => { state.layer = layer.value; update(); });
    order.addEventListener("change", () => { state.order = order.value; update(); });
    byId("clear").addEventListener("click", () => { cards.reset(); search.focus(); });
    toggle.addEventListener("click", () => {
      const open = label();
      for (const card of cards.list) if (!card.element.hidden) card.element.firstElementChild.open = open;
      label();
    });
    holder.addEventListener("toggle", label, true);
    /* How far the filters may slide out of sight above the search, and what the rest covers. */
    const tools = document.querySelector(".tools"), find = tools.querySelector(".find");
    new ResizeObserver(() => {
      const up = find.offsetTop - 8;
      const sticky = getComputedStyle(tools).position === "sticky";
      root.style.setProperty("--up", `${-up}px`);
      root.style.setProperty("--tools", `${sticky ? tools.offsetHeight - up : 0}px`);
    }).observe(tools);
  }

  /* Links within the page: cards open, resources are selected, parts are scrolled to. */
  const graph = { select: () => {}, close: () => false, leave: () => {}, print: () => {} };
  function goTo(target) {
    const card = target.closest("article");
    if (card) {
      graph.leave();
      if (card.hidden) cards.reset();
      card.firstElementChild.open = true;
      card.classList.remove("flash");
      void card.offsetWidth;
      card.classList.add("flash");
      card.querySelector("summary").focus({ preventScroll: true });
    } else {
      target.focus({ preventScroll: true });
    }
    target.scrollIntoView({ block: "start" });
    /* What came into view has its true height only now. */
    requestAnimationFrame(() => target.scrollIntoView({ block: "start" }));
  }
  function links() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.('a[href^="#"]');
      const target = link && byId(link.hash.slice(1));
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const node = /^r(\d+)$/.exec(target.id);
      if (node && !link.closest(".resources")) graph.select(Number(node[1]), { scroll: !link.closest(".stage") });
      else goTo(target.matches(".resources") ? target.firstElementChild : target);
    });
    document.addEventListener("click", async (event) => {
      const button = event.target.closest?.("[data-copy]");
      if (!button) return;
      const source = button.parentElement.querySelector("pre");
      let done = false;
      try { await navigator.clipboard.writeText(source.textContent); done = true; } catch {
        getSelection().selectAllChildren(source);
        done = document.execCommand("copy");
      }
      button.textContent = done ? "Copied" : "Press Ctrl+C";
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
  }

  function keys() {
    const search = byId("search");
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input, select, textarea");
      if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        graph.leave();
        search.focus();
        search.select();
      } else if (event.key === "Escape") {
        if (event.target === search) {
          if (search.value) { search.value = ""; search.dispatchEvent(new Event("input")); } else search.blur();
        } else graph.close();
      }
    });
  }

  /* On paper everything is open and the graph is whole. */
  function printing() {
    let opened = [], busy = false;
    const prepare = () => {
      if (busy) return;
      busy = true;
      opened = all("details:not([open])").filter((it) => !it.matches(".resources"));
      for (const it of opened) it.open = true;
      graph.print(true);
    };
    const restore = () => {
      if (!busy) return;
      for (const it of opened) it.open = false;
      graph.print(false);
      busy = false;
    };
    addEventListener("beforeprint", prepare);
    addEventListener("afterprint", restore);
    matchMedia("print").addEventListener("change", (event) => (event.matches ? prepare() : restore()));
  }

  /* The picture: zoom, pan, select. `view` is the middle in the picture's units, and pixels a unit. */
  function picture() {
    const stage = byId("stage"), canvas = byId("canvas"), inspector = byId("inspector");
    const svg = canvas?.querySelector("svg");
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    const whole = { x: box.x, y: box.y, width: box.width, height: box.height };
    const nodes = new Map(all("[data-node]", svg).map((it) => [Number(it.dataset.node), it]));
    const edges = all("[data-from]", svg).map((it) => ({ element: it, ends: [Number(it.dataset.from), Number(it.dataset.to)] }));
    const indexes = new Map([...nodes].map(([index, it]) => [it.dataset.address, index]));
    const size = { width: 1, height: 1 };
    const view = { x: whole.x + whole.width / 2, y: whole.y + whole.height / 2, scale: 1 };
    let smallest = 0.05, frame = 0, isOnPaper = false, isFitted = true, wasFitted = false, bounds = whole, picked = null;
    svg.removeAttribute("width");
    svg.removeAttribute("height");

    function draw() {
      frame = 0;
      if (isOnPaper) return svg.setAttribute("viewBox", `${whole.x} ${whole.y} ${whole.width} ${whole.height}`);
      const width = size.width / view.scale, height = size.height / view.scale;
      svg.setAttribute("viewBox", `${view.x - width / 2} ${view.y - height / 2} ${width} ${height}`);
    }
    const redraw = () => { frame ||= requestAnimationFrame(draw); };
    function fit(area = bounds) {
      bounds = area;
      isFitted = true;
      /* Beside the picture's edge stands the row of controls. */
      const scale = Math.min(size.width / (area.width + 24), Math.max(size.height - 48, 50) / (area.height + 24));
      view.scale = Math.min(scale, 1.25);
      smallest = Math.min(scale, 1) * 0.6;
      view.x = area.x + area.width / 2;
      view.y = area.y + area.height / 2 - 20 / view.scale;
      redraw();
    }
    function pan(x, y) {
      isFitted = false;
      view.x = Math.min(Math.max(view.x - x / view.scale, whole.x), whole.x + whole.width);
      view.y = Math.min(Math.max(view.y - y / view.scale, whole.y), whole.y + whole.height);
      redraw();
    }
    /* The point under the pointer stays where it is. */
    function zoom(factor, x = size.width / 2, y = size.height / 2) {
      const scale = Math.min(Math.max(view.scale * factor, smallest), 4);
      const shift = 1 / view.scale - 1 / scale;
      view.x += (x - size.width / 2) * shift;
      view.y += (y - size.height / 2) * shift;
      isFitted &&= scale === view.scale;
      view.scale = scale;
      redraw();
    }
    /* Where elements are, in the picture's units. */
    function area(elements) {
      if (frame) { cancelAnimationFrame(frame); draw(); }
      const from = svg.getScreenCTM().inverse();
      let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
      for (const element of elements) {
        const rect = element.getBoundingClientRect();
        const start = new DOMPoint(rect.left, rect.top).matrixTransform(from);
        const end = new DOMPoint(rect.right, rect.bottom).matrixTransform(from);
        [left, top] = [Math.min(left, start.x), Math.min(top, start.y)];
        [right, bottom] = [Math.max(right, end.x), Math.max(bottom, end.y)];
      }
      return { x: left, y: top, width: right - left, height: bottom - top };
    }
    const inside = (node) => {
      const seen = node.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
      return seen.left >= frame.left && seen.right <= frame.right && seen.top >= frame.top && seen.bottom <= frame.bottom;
    };
    /* Shows a node with its neighbours, or in the middle where they are too far apart. */
    function reveal(node, near = [node]) {
      const own = area([node]), around = area(near);
      const scale = Math.min(size.width / (around.width + 48), (size.height - 56) / (around.height + 48), 1.1);
      const at = scale < 0.6 ? own : around;
      view.scale = scale < 0.6 ? 0.85 : scale;
      view.x = at.x + at.width / 2;
      view.y = at.y + at.height / 2 - 20 / view.scale;
      isFitted = false;
      redraw();
    }

    graph.select = (index, { scroll = false, quiet = false, still = false } = {}) => {
      const node = nodes.get(index), text = byId(`r${index}`);
      if (!node || !text) return;
      wasFitted = picked === null ? isFitted : wasFitted;
      graph.clear();
      picked = index;
      svg.classList.add("picking");
      node.classList.add("selected", "near");
      node.setAttribute("aria-pressed", "true");
      for (const { element, ends } of edges) {
        if (!ends.includes(index)) continue;
        element.classList.add("near");
        for (const end of ends) nodes.get(end)?.classList.add("near");
      }
      if (node.classList.contains("off")) only(false);
      const close = document.createElement("button");
      Object.assign(close, { type: "button", className: "plain close", textContent: "×" });
      close.setAttribute("aria-label", "Close");
      close.addEventListener("click", () => graph.close());
      const copy = text.cloneNode(true);
      copy.removeAttribute("id");
      inspector.replaceChildren(close, copy);
      inspector.hidden = false;
      inspector.scrollTop = 0;
      measure();
      draw();
      if (!still || !inside(node) || view.scale < 0.6) reveal(node, all(".node.near", svg));
      state.node = node.dataset.address;
      writeState();
      if (scroll) stage.scrollIntoView({ block: "center" });
      if (!quiet) inspector.focus({ preventScroll: true });
    };
    graph.clear = () => {
      for (const it of all(".near, .selected", svg)) it.classList.remove("near", "selected");
      nodes.get(picked)?.removeAttribute("aria-pressed");
      svg.classList.remove("picking");
      picked = null;
    };
    graph.close = () => {
      if (picked === null) return graph.leave();
      const node = nodes.get(picked);
      graph.clear();
      inspector.hidden = true;
      measure();
      if (wasFitted) fit();
      state.node = "";
      writeState();
      node?.focus({ preventScroll: true });
    };
    const large = stage.querySelector('[data-graph="large"]'), changed = stage.querySelector('[data-graph="changed"]');
    graph.leave = () => { if (stage.classList.contains("large")) large.click(); };
    graph.print = (on) => { isOnPaper = on; draw(); };
    function only(on) {
      changed?.setAttribute("aria-pressed", on);
      const isOff = (index) => on && !byId(`r${index}`)?.hasAttribute("data-changed");
      const layers = new Set();
      for (const [index, node] of nodes) {
        node.classList.toggle("off", isOff(index));
        if (!isOff(index)) layers.add(byId(`r${index}`)?.dataset.layer);
      }
      for (const { element, ends } of edges) element.classList.toggle("off", ends.some(isOff));
      for (const it of all("[data-layer]", svg)) it.classList.toggle("off", !layers.has(it.dataset.layer));
      const visible = [...nodes.values()].filter((it) => !it.classList.contains("off"));
      fit(on && visible.length ? area(visible) : whole);
    }
    const actions = {
      in: () => zoom(1.35), out: () => zoom(1 / 1.35), fit: () => fit(),
      changed: () => only(changed.getAttribute("aria-pressed") !== "true"),
      large: () => {
        large.setAttribute("aria-pressed", stage.classList.toggle("large"));
        document.body.style.overflow = stage.classList.contains("large") ? "hidden" : "";
        isFitted = true;
        measure();
      },
    };
    for (const button of all("[data-graph]", stage)) button.addEventListener("click", () => actions[button.dataset.graph]());

    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const node = event.target.closest("[data-node]");
      const step = 60, moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (node && (event.key === "Enter" || event.key === " ")) graph.select(Number(node.dataset.node), { still: true });
      else if (event.key === "+" || event.key === "=") zoom(1.35);
      else if (event.key === "-") zoom(1 / 1.35);
      else if (event.key === "0") fit();
      else if (moves[event.key] && !inspector.contains(event.target)) pan(...moves[event.key]);
      else return;
      event.preventDefault();
    });
    svg.addEventListener("focusin", (event) => {
      const node = event.target.closest("[data-node]");
      if (!node?.matches(":focus-visible")) return;
      if (!inside(node)) reveal(node);
    });

    /* Dragging pans, two fingers zoom; only what hardly moved is a click. */
    const pointers = new Map();
    let dragged = false;
    const gap = () => { const [a, b] = [...pointers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!pointers.size) dragged = false;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, far: 0 });
    });
    canvas.addEventListener("pointermove", (event) => {
      const last = pointers.get(event.pointerId);
      if (!last) return;
      const x = event.clientX - last.x, y = event.clientY - last.y;
      last.far += Math.hypot(x, y);
      if (!dragged && last.far < 5) return;
      if (!dragged) { dragged = true; canvas.setPointerCapture(event.pointerId); canvas.classList.add("moving"); }
      const before = pointers.size === 2 ? gap() : 0;
      Object.assign(last, { x: event.clientX, y: event.clientY });
      if (before) {
        const [a, b] = [...pointers.values()], frame = canvas.getBoundingClientRect();
        zoom(gap() / before, (a.x + b.x) / 2 - frame.left, (a.y + b.y) / 2 - frame.top);
      } else pan(x, y);
    });
    const lift = (event) => { pointers.delete(event.pointerId); if (!pointers.size) canvas.classList.remove("moving"); };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    canvas.addEventListener("click", (event) => {
      if (dragged) { dragged = false; return; }
      const node = event.target.closest("[data-node]");
      if (node) graph.select(Number(node.dataset.node), { still: true });
      else if (picked !== null) graph.close();
    });
    /* A page that is being scrolled goes on scrolling when the picture comes under the pointer. */
    let scrolled = 0;
    addEventListener("wheel", (event) => { if (!canvas.contains(event.target)) scrolled = event.timeStamp; }, { passive: true });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && event.timeStamp - scrolled < 350) { scrolled = event.timeStamp; return; }
      event.preventDefault();
      const frame = canvas.getBoundingClientRect();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - frame.left, event.clientY - frame.top);
    }, { passive: false });

    function measure() {
      const old = { ...size };
      Object.assign(size, { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1 });
      if (isFitted) fit();
      else if (old.width !== size.width || old.height !== size.height) redraw();
    }
    new ResizeObserver(() => { if (!isOnPaper) measure(); }).observe(canvas);
    measure();
    const named = indexes.get(state.node);
    if (named !== undefined) graph.select(named, { quiet: true });
    else if (view.scale < 0.12) {
      /* A picture too large to be read as a whole begins where the worst change is. */
      reveal(nodes.get(indexes.get(document.querySelector("article")?.dataset.address) ?? 0));
    }
    graph.named = (address) => indexes.get(address);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const anchor = /^#[a-z]+\d*$/.test(location.hash) && byId(location.hash.slice(1));
    if (!anchor) readState();
    theme();
    changes();
    links();
    keys();
    printing();
    picture();
    cards.show();
    if (anchor) goTo(anchor);
    addEventListener("hashchange", () => {
      readState();
      cards.show();
      const index = graph.named?.(state.node);
      if (index !== undefined) graph.select(index, { quiet: true });
    });
  });
})();
