// Shows /openapi.json as text: every value goes through textContent, nothing is ever read as HTML.
const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, text, ...children) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

function typeName(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  for (const many of [schema.oneOf, schema.anyOf, schema.allOf]) {
    if (many) return many.map(typeName).join(" | ");
  }
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.type === "array") return `${typeName(schema.items)}[]`;
  return [schema.type].flat().filter(Boolean).join(" | ");
}

function link(schema) {
  const name = typeName(schema);
  const reference = schema && (schema.$ref || (schema.items && schema.items.$ref));
  if (!reference) return element("code", name);
  const anchor = element("a", name);
  anchor.href = `#schema-${reference.split("/").pop()}`;
  return element("code", "", anchor);
}

function table(heads, rows) {
  const head = element("thead", "", element("tr", "", ...heads.map((text) => element("th", text))));
  const body = element("tbody", "", ...rows.map((cells) => element("tr", "", ...cells.map((cell) => element("td", "", cell)))));
  return element("table", "", head, body);
}

function operation(method, path, described) {
  const verb = element("span", method.toUpperCase());
  verb.className = "method";
  const about = element("span", described.summary ?? "");
  about.className = "about";
  const block = element("details", "", element("summary", "", verb, element("code", path), about));
  if (described.description) block.append(element("p", described.description));
  const parameters = (described.parameters ?? []).map((it) => [
    element("code", it.name), `${it.in}${it.required ? ", required" : ""}`, link(it.schema), it.description ?? "",
  ]);
  if (parameters.length) block.append(table(["Parameter", "In", "Type", "What"], parameters));
  const answers = [];
  const refusals = [];
  for (const [status, answer] of Object.entries(described.responses ?? {})) {
    if (answer.$ref) {
      refusals.push(status);
      continue;
    }
    const content = Object.values(answer.content ?? {})[0];
    answers.push([element("code", status), link(content && content.schema), answer.description ?? ""]);
  }
  if (refusals.length) answers.push([element("code", refusals.join(" ")), link({ $ref: "#/components/schemas/Problem" }), "A refusal; code gives the reason"]);
  const body = described.requestBody && Object.values(described.requestBody.content)[0];
  if (body) block.append(element("p", "Body: ", link(body.schema)));
  block.append(table(["Answer", "Type", "What"], answers));
  return block;
}

function schema(name, described) {
  const block = element("details", "", element("summary", "", element("code", name)));
  block.id = `schema-${name}`;
  if (described.description) block.append(element("p", described.description));
  const required = new Set(described.required ?? []);
  const fields = Object.entries(described.properties ?? {}).map(([field, it]) => [
    element("code", field), required.has(field) ? "always" : "may be missing", link(it), it.description ?? "",
  ]);
  block.append(fields.length ? table(["Field", "", "Type", "What"], fields) : element("p", "", element("code", typeName(described))));
  return block;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

async function show() {
  const main = document.getElementById("docs");
  const answer = await fetch("/openapi.json");
  const document_ = await answer.json();
  const groups = new Map();
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags ?? ["other"])[0];
      groups.set(tag, [...(groups.get(tag) ?? []), operation(method, path, item[method])]);
    }
  }
  main.replaceChildren(element("h1", `${document_.info.title} ${document_.info.version}`), element("p", document_.info.description));
  for (const [tag, operations] of groups) main.append(element("h2", tag), ...operations);
  main.append(element("h2", "Types"), ...Object.entries(document_.components.schemas).map(([name, it]) => schema(name, it)));
  openTarget();
}

addEventListener("hashchange", openTarget);
show().catch(() => document.getElementById("docs").replaceChildren(element("p", "The description could not be loaded.")));
