"use strict";
// The rows are in the page. This draws what connects them, shows what is known of the one that is chosen, and folds.
(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const { events, links, lanes, stacks, frames } = data;
	const sources = data.sources || {}, dead = new Set(data.dead || []);
	const rowHeight = 22, gutter = 52, markX = 12;
	const picture = document.getElementById("picture"), detail = document.getElementById("detail");
	const svg = document.getElementById("lines"), list = picture.querySelector(".rows");
	const laneWidth = parseInt(picture.style.getPropertyValue("--w"), 10);
	const folds = [...list.querySelectorAll(".fold")].map((row) => {
		const from = +row.dataset.from;
		return { row, from, to: from + +row.dataset.count, open: false };
	});
	const woken = new Map(); // by wait, the notify that has ended it
	for (const l of links) if (l.kind === "notify") woken.set(l.to, l.from);
	const row = (at) => document.getElementById("e" + at);
	let y = [], bottom = 0, chosen = -1;

	// place gives each event a height: those that are folded have that of their fold.
	function place() {
		y = new Array(events.length);
		let at = 0, next = 0;
		for (let i = 0; i < events.length; i++) {
			const f = folds[next];
			if (f && i === f.from) at++;
			const hidden = f && i >= f.from && !f.open;
			y[i] = (hidden ? at - 1 : at++) * rowHeight + rowHeight / 2;
			if (f && i === f.to - 1) next++;
		}
		bottom = at * rowHeight;
	}

	const x = (thread) => gutter + lanes[thread] * laneWidth + markX;
	const line = (thread, from, to) => `M${x(thread)} ${from}V${to}`;

	// arrow returns a path between two points, with a head.
	function arrow(x1, y1, x2, y2) {
		const side = x2 > x1 ? 1 : -1, end = x2 - side * 7;
		const bend = Math.max(20, Math.abs(x2 - x1) / 2);
		const path = y1 === y2 ? `M${x1 + side * 7} ${y1}H${end}` :
			`M${x1 + side * 6} ${y1}C${x1 + side * bend} ${y1} ${x2 - side * bend} ${y2} ${end} ${y2}`;
		return `${path}M${end - side * 6} ${y2 - 4}L${end} ${y2}L${end - side * 6} ${y2 + 4}`;
	}

	function linkPath(l) {
		const a = events[l.from], b = events[l.to];
		const height = l.kind === "notify" ? y[l.from] : y[l.to]; // a wait ends where it is notified
		return arrow(x(a.t), y[l.from], x(b.t), height);
	}

	function add(name, path, thread) {
		if (!path) return;
		const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
		element.setAttribute("class", thread === undefined ? name : `${name} c${lanes[thread] % 8}`);
		element.setAttribute("d", path);
		svg.append(element);
	}

	function draw() {
		place();
		svg.replaceChildren();
		svg.setAttribute("width", picture.querySelector(".field").clientWidth);
		svg.setAttribute("height", list.clientHeight);
		drawThreads();
		const paths = { spawn: "", unlock: "", notify: "" };
		for (const l of links) paths[l.kind] += linkPath(l);
		for (const kind in paths) add("arrow " + kind, paths[kind]);
		pick();
	}

	// drawThreads draws when each thread lives, runs and waits, and where one goes on behind another.
	function drawThreads() {
		const born = new Map([[0, 0]]), died = new Map(), run = new Map(), waits = new Map(), next = new Map();
		let never = "", switches = "", deviates = "", first = 0;
		const append = (map, thread, path) => map.set(thread, (map.get(thread) || "") + path);
		events.forEach((e, i) => {
			if (!born.has(e.t)) born.set(e.t, y[i]);
			if (e.m) born.set(e.m, y[i]);
			if (e.e) died.set(e.t, y[i]);
			const last = i + 1 === events.length || events[i + 1].t !== e.t;
			if (last) {
				append(run, e.t, line(e.t, y[first] - 7, y[i] + 7));
				first = i + 1;
			}
			if (last && i + 1 < events.length) {
				const path = arrow(x(e.t), y[i], x(events[i + 1].t), y[i + 1]);
				if (e.d) deviates += path; else switches += path;
			}
		});
		for (let i = events.length - 1; i >= 0; i--) {
			const e = events[i];
			if (dead.has(i)) never += line(e.t, y[i] + 8, bottom + 400);
			else if (e.b && !e.e) {
				const end = woken.has(i) ? y[woken.get(i)] : next.has(e.t) ? y[next.get(e.t)] : bottom;
				append(waits, e.t, line(e.t, y[i] + 8, end));
			}
			next.set(e.t, i);
		}
		for (const [thread, from] of born) {
			if (thread in lanes) add("life", line(thread, from, died.has(thread) ? died.get(thread) : bottom));
		}
		add("dead", never);
		add("switch", switches);
		for (const [thread, path] of waits) add("waits", path, thread);
		for (const [thread, path] of run) add("run", path, thread);
		add("deviates", deviates);
	}

	function element(name, text, parent, className) {
		const e = document.createElement(name);
		if (text !== undefined) e.textContent = text;
		if (className) e.className = className;
		parent?.append(e);
		return e;
	}

	// pick draws the links of the chosen event once more.
	function pick() {
		svg.querySelector(".picked")?.remove();
		if (chosen < 0) return;
		add("picked", links.filter((l) => l.from === chosen || l.to === chosen).map(linkPath).join(""));
	}

	function choose(at, scroll) {
		if (at < 0 || at >= events.length) return;
		row(chosen)?.removeAttribute("aria-selected");
		chosen = at;
		const f = folds.find((f) => !f.open && at >= f.from && at < f.to);
		if (f) unfold(f);
		row(at).setAttribute("aria-selected", "true");
		if (scroll) reveal(row(at), events[at].t);
		pick();
		describe(at);
	}

	// reveal scrolls the picture, and nothing else, until a row stands in it.
	function reveal(r, thread) {
		const top = r.offsetTop, head = 40;
		if (top < picture.scrollTop + head) picture.scrollTop = top - head;
		const over = top + 3 * rowHeight + head - picture.clientHeight;
		if (over > picture.scrollTop) picture.scrollTop = over;
		const left = x(thread) - gutter - 2 * markX, right = x(thread) + 380 - picture.clientWidth;
		if (right > picture.scrollLeft) picture.scrollLeft = right;
		if (left < picture.scrollLeft) picture.scrollLeft = Math.max(0, left);
	}

	function unfold(f) {
		f.open = true;
		f.row.querySelector("button").textContent = `\u2303 ${f.to - f.from} accesses`;
		for (let i = f.from; i < f.to; i++) row(i).classList.remove("folded");
		draw();
	}

	function fold(f) {
		f.open = false;
		f.row.querySelector("button").textContent = `\u22ef ${f.to - f.from} accesses`;
		for (let i = f.from; i < f.to; i++) row(i).classList.add("folded");
		draw();
	}

	function describe(at) {
		const e = events[at];
		detail.replaceChildren();
		const text = row(at).querySelector("span").cloneNode(true);
		text.querySelectorAll("code, small, em, u").forEach((c) => c.remove());
		element("h3", `${at}: ${text.textContent.trim()}`, detail);
		const facts = element("dl", undefined, detail);
		const fact = (name, value) => {
			if (value === undefined || value === "") return;
			element("dt", name, facts);
			const dd = element("dd", undefined, facts);
			dd.append(value);
		};
		fact("thread", row(at).querySelector("u").textContent);
		fact("function", e.f);
		fact("line", e.s);
		fact("address", e.a);
		fact("instruction", e.o ? "0x" + e.o.toString(16) : "");
		fact("then", e.n === undefined ? "" : `thread ${e.n} goes on`);
		fact("deviation", e.d);
		for (const l of links) {
			if (l.from === at) fact(l.kind + " to", jump(l.to));
			if (l.to === at) fact(l.kind + " from", jump(l.from));
		}
		if (e.k >= 0) describeStack(stacks[e.k].map((n) => frames[n]));
	}

	function jump(at) {
		const b = element("button", `event ${at}`);
		b.addEventListener("click", () => choose(at, true));
		return b;
	}

	function describeStack(stack) {
		const ul = element("ul", undefined, detail, "stack");
		for (const f of stack) element("li", f.x, ul, f.y ? "lib" : "");
		const f = stack.find((f) => f.f && !f.y) || stack.find((f) => f.f);
		if (!f) return;
		const pre = element("pre", undefined, detail), lines = sources[f.f].split("\n");
		for (let n = Math.max(1, f.l - 5); n <= Math.min(lines.length, f.l + 5); n++) {
			element("div", `${String(n).padStart(4)}  ${lines[n - 1]}`, pre, n === f.l ? "here" : "");
		}
	}

	// switchFrom returns the next event, in a direction, of another thread.
	function switchFrom(at, by) {
		let i = at;
		while (events[i] && events[i].t === events[at].t) i += by;
		return events[i] ? i : at;
	}

	list.addEventListener("click", (click) => {
		const li = click.target.closest("li");
		const f = folds.find((f) => f.row === li);
		if (f) return f.open ? fold(f) : unfold(f);
		if (li && li.id) choose(+li.id.slice(1));
	});
	document.addEventListener("keydown", (key) => {
		if (key.ctrlKey || key.altKey || key.metaKey) return;
		const last = events.length - 1;
		const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: 0, End: last };
		if (chosen >= 0) Object.assign(to, { ArrowRight: switchFrom(chosen, 1), ArrowLeft: switchFrom(chosen, -1) });
		if (!(key.key in to)) return;
		key.preventDefault();
		choose(Math.max(0, Math.min(last, to[key.key])), true);
	});
	document.documentElement.classList.add("js");
	draw();
	addEventListener("resize", draw);
	const named = /^#e(\d+)$/.exec(location.hash);
	choose(Math.min(named ? +named[1] : events.length - 1, events.length - 1), true);
})();
