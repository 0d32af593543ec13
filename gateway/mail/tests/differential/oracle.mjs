// Reads mails with the npm package postal-mime. Usage: node oracle.mjs MODULE FILE..., prints one JSON object per file, in the same
// order and form as oracle.py.
import { readFileSync } from "node:fs";

const [module, ...files] = process.argv.slice(2);
const { default: PostalMime } = await import(module);

const addresses = (list) => (list ?? []).flatMap((one) => one.group ?? [one]).map((one) => one.address ?? "").filter((one) => one.includes("@"));

const size = (content) => (typeof content === "string" ? Buffer.byteLength(content) : content.byteLength);

async function read(file) {
  const mail = await PostalMime.parse(readFileSync(file), { forceRfc822Attachments: true });
  const leaf = (type, text) => ({ type, is_mail: false, name: null, disposition: null, size: 0, text });
  const leaves = [];
  if (mail.html) {
    // The package makes a text of the HTML, whose layout is its own.
    const words = mail.html.replace(/<[^>]*>/g, " ");
    leaves.push(leaf("text/html", /&|cid:/.test(mail.html) || mail.text ? null : words.replaceAll("\u0080", "€")));
  }
  // Node 20 reads windows-1252 as ISO-8859-1.
  if (mail.text) leaves.push(leaf("text/plain", mail.html ? null : mail.text.replaceAll("\u0080", "€")));
  for (const one of mail.attachments) {
    leaves.push({
      type: one.mimeType,
      is_mail: one.mimeType === "message/rfc822",
      name: one.filename || null,
      disposition: "attachment",
      size: size(one.content),
      text: null,
    });
  }
  const date_s = mail.date && !Number.isNaN(Date.parse(mail.date)) ? Date.parse(mail.date) / 1000 : null;
  return {
    from: addresses(mail.from ? [mail.from] : []),
    to: addresses(mail.to),
    subject: mail.subject ?? "",
    message_id: mail.messageId ?? null,
    date_s,
    leaves,
  };
}

for (const file of files) {
  try {
    console.log(JSON.stringify(await read(file)));
  } catch (fault) {
    console.log(JSON.stringify({ fault: String(fault) }));
  }
}
