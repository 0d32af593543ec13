// Notifies a person who is not looking at this tab: changes the tab's title and icon, plays a sound, and shows a system notification. The sound and
// the system notification are opt-in.

import { effect, signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import { isObject, text } from '../protocol/narrow.ts'
import { t, type StringKey } from '../locales/index.ts'
import { clock, thisPage } from './browser.ts'
import type { Alert } from './habits.ts'
import type { Preferences } from './preferences.ts'
import { hasFocus } from './visibility.ts'

export interface Icons {
  readonly calm: string
  readonly unread: string
}

/** Shows the number of unread tickets in the tab's title and icon. Returns a function that stops the updates. */
export function showUnread(title: ReadonlySignal<string>, unread: ReadonlySignal<number>, icons: Icons, page: { readonly document: Pick<Document, 'title' | 'querySelector'> } = thisPage): () => void {
  const link = page.document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const stop = effect(() => {
    page.document.title = unread.value > 0 ? t('app.unread', { n: unread.value, title: title.value }) : title.value
    link?.setAttribute('href', unread.value > 0 ? icons.unread : icons.calm)
  })
  return stop
}

export interface News {
  readonly ticket: string
  readonly number: string
  readonly subject: string
  /** The kind of team-wide alert. Absent for a notification about the person's own tickets. */
  readonly kind?: Alert
}

/** A message channel between the tabs of one person on this site. */
export interface Tabs {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  close(): void
}

export function openTabs(user: string): Tabs | null {
  if (typeof BroadcastChannel === 'undefined') return null
  try {
    const channel = new BroadcastChannel(`helpline.attention.${user}`)
    return { post: (message) => channel.postMessage(message), onMessage: (listener) => channel.addEventListener('message', (event) => listener(event.data)), close: () => channel.close() }
  } catch {
    return null
  }
}

interface Bell {
  readonly ring: (news: News) => void
  dispose(): void
}

interface BellParts {
  readonly preferences: Pick<Preferences, 'sound' | 'notify'>
  readonly open: (number: string) => void
  readonly tabs: Tabs | null
  readonly time?: Clock
  readonly isLookedAt?: () => boolean
  readonly chime?: () => void
  /** Whether the person is looking at the ticket with this id now. */
  readonly isOnScreen?: (ticket: string) => boolean
  /** Whether team-wide alerts are also shown while the person is looking at another ticket. */
  readonly isAlways?: () => boolean
}

/** The minimum wait before a tab notifies. During the wait, another tab can report that it has the focus or has already notified. */
const HUSH_MS = 150
/**
 * Tabs receive the same event at different times. After another tab has handled an event, this tab does not notify about the same ticket
 * for this long.
 */
const HUSHED_MS = 2_000
/** At most one sound is played within this time. */
const CHIME_MS = 3_000

/**
 * Notifies the person of new events if none of the person's tabs has the focus. Only one of the tabs notifies. If `isAlways` returns true, team-wide
 * alerts also appear in the tab with the focus.
 */
export function createBell({ preferences, open, tabs, time = clock, isLookedAt = hasFocus, chime: sound = chime, isOnScreen = () => false, isAlways = () => false }: BellParts): Bell {
  const pending = new Map<string, () => void>()
  const hushed = new Map<string, number>()
  let lastChime = -Infinity
  let isDisposed = false
  const hush = (message: unknown) => {
    const ticket = isObject(message) ? text(message['ticket']) : null
    if (ticket === null || !isObject(message)) return
    pending.get(ticket)?.()
    pending.delete(ticket)
    hushed.set(ticket, time.now() + HUSHED_MS)
    if (message['rung'] === true) lastChime = time.now()
  }
  const makeNoise = () => {
    if (!preferences.sound.value || time.now() - lastChime < CHIME_MS) return
    lastChime = time.now()
    sound()
  }
  const out = (news: News) => {
    pending.delete(news.ticket)
    if (isLookedAt()) return
    tabs?.post({ ticket: news.ticket, rung: true })
    makeNoise()
    if (preferences.notify.value && !notify(news, open)) preferences.notify.value = false
  }
  tabs?.onMessage(hush)
  return {
    ring(news) {
      if (isDisposed) return
      if (isLookedAt()) {
        const isTold = news.kind !== undefined && isAlways() && !isOnScreen(news.ticket)
        tabs?.post({ ticket: news.ticket, rung: isTold })
        if (!isTold) return
        makeNoise()
        return say(t(titleOf(news), { number: news.number, subject: news.subject }), { label: t('notify.open'), run: () => open(news.number) })
      }
      if (!preferences.sound.value && !preferences.notify.value) return
      for (const [ticket, until] of hushed) if (until <= time.now()) hushed.delete(ticket)
      if (hushed.has(news.ticket)) return
      pending.get(news.ticket)?.()
      // Wait a random time, so that one tab notifies first and the other tabs stay silent.
      pending.set(news.ticket, tabs === null ? () => {} : time.after(HUSH_MS * (1 + Math.random()), () => out(news)))
      if (tabs === null) out(news)
    },
    dispose() {
      isDisposed = true
      for (const stop of pending.values()) stop()
      tabs?.close()
    },
  }
}

function titleOf({ kind }: News): StringKey {
  return kind === undefined ? 'notify.title' : `notify.${kind}`
}

/** Shows a system notification. Returns false if this browser cannot show one from a page although the permission was granted, as on Android. */
function notify(news: News, open: (number: string) => void, page: { focus(): void } = thisPage): boolean {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return true
  try {
    // The `tag` allows one notification per ticket: a new notification replaces the previous one.
    const shown = new Notification(t(titleOf(news), { number: news.number, subject: news.subject }), { body: news.subject, tag: `helpline.${news.ticket}` })
    shown.addEventListener('click', () => {
      page.focus()
      open(news.number)
      shown.close()
    })
    return true
  } catch {
    return false
  }
}

/** Whether system notifications are allowed. Asks the person for permission if it is not granted yet. */
export async function askToNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false
  return Notification.permission === 'granted' || (await Notification.requestPermission()) === 'granted'
}

const NOTES_HZ = [660, 880] as const

/** Plays two short tones. They are synthesized, so that no sound file has to be loaded. */
function chime(): void {
  try {
    const audio = new AudioContext()
    NOTES_HZ.forEach((hz, index) => {
      const [tone, gain] = [audio.createOscillator(), audio.createGain()]
      const from = audio.currentTime + index * 0.12
      tone.frequency.value = hz
      gain.gain.setValueAtTime(0.08, from)
      gain.gain.exponentialRampToValueAtTime(0.0001, from + 0.25)
      tone.connect(gain).connect(audio.destination)
      tone.start(from)
      tone.stop(from + 0.26)
    })
    clock.after(1_000, () => void audio.close())
  } catch {
    // No sound is available. The tab's title and icon still show the unread tickets.
  }
}

export interface Saying {
  readonly sentence: string
  /** A button in the toast, for example to undo the action; null for none. */
  readonly action: { readonly label: string; readonly run: () => void; readonly key?: string } | null
}

/** The current toast: a short sentence that disappears after a few seconds; null for none. */
export const toast = signal<Saying | null>(null)
const TOAST_MS = 6_000
/** A toast with a button is shown longer, so that the person can reach the button. */
const ACTION_MS = 10_000
let stopToast = () => {}

export function say(sentence: string, action: Saying['action'] = null, stands_ms = action === null ? TOAST_MS : ACTION_MS, time: Pick<Clock, 'after'> = clock): void {
  toast.value = { sentence, action }
  stopToast()
  stopToast = time.after(stands_ms, hushToast)
}

let toastsAreOf: string | null = null

/** Sets the signed-in person; null for none. If the person has changed, removes the previous person's toast, including its undo button. */
export function toastsFor(user: string | null): void {
  if (user !== toastsAreOf) hushToast()
  toastsAreOf = user
}

export function hushToast(): void {
  stopToast()
  toast.value = null
}
