// A host page's part: it knows who is signed in, and hands out their tokens. Development only.

export {}

interface Widget {
  init(options: { getToken: () => Promise<string | null>; language?: string }): void
  open(): void
  identify(): Promise<void>
  onUnread(listener: (n: number) => void): () => void
}

declare global {
  interface Window { Helpline?: Widget }
}

const person = document.querySelector<HTMLSelectElement>('#person')
const unread = document.querySelector<HTMLOutputElement>('#unread')
const query = new URLSearchParams(location.search)

async function start(): Promise<void> {
  const people: unknown = await (await fetch('/dev/users')).json()
  const names = Array.isArray(people) ? people.flatMap((one: unknown) => (typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string' ? [one.name] : [])) : []
  for (const name of names) person?.append(new Option(name, name))
  const first = query.get('person')
  if (person !== null && first !== null) person.value = first
  const language = query.get('lang')
  window.Helpline?.init({ getToken: () => token(person?.value ?? ''), ...(language === null ? {} : { language }) })
  window.Helpline?.onUnread((n) => { if (unread !== null) unread.value = String(n) })
  person?.addEventListener('change', () => void window.Helpline?.identify())
  document.querySelector('#open')?.addEventListener('click', () => window.Helpline?.open())
}

async function token(user: string): Promise<string | null> {
  if (user === '') return null
  const response = await fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) })
  const answer: unknown = await response.json()
  return typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string' ? answer.token : null
}

void start()
