// What reaches a person who looks elsewhere: the tab's title and icon, a sound, a notification of the system. The latter two only by wish.

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

/** Shows `unread` in the tab. Gives the disposer; the title is what it was then. */
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
  /** Of the whole team's; without it, it concerns this person. */
  readonly kind?: Alert
}

/** One person's tabs of this site, as far as they hear of each other. */
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
  /** Whether this ticket is the one that is looked at. */
  readonly isOnScreen?: (ticket: string) => boolean
  /** Whether the team's news is told while the person looks at another ticket. */
  readonly isAlways?: () => boolean
}

/** Another tab that is looked at, or that has rung, says so within this. */
const HUSH_MS = 150
/** Tabs get the same news at different moments: what another one has spoken for within this is told already. */
const HUSHED_MS = 2_000
/** News on the heels of news is one noise. */
const CHIME_MS = 3_000

/** Rings for news when nobody looks: at none of this person's tabs; and in one of them only. */
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
      // Not all of them at the same moment: the first one speaks for all.
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

/** False: this browser cannot show one from a page, whatever it says of permission (Android). */
function notify(news: News, open: (number: string) => void, page: { focus(): void } = thisPage): boolean {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return true
  try {
    // One for each ticket: a later one takes the place of an earlier one.
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

/** Whether the system allows notifications; asks the person if that was never decided. */
export async function askToNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false
  return Notification.permission === 'granted' || (await Notification.requestPermission()) === 'granted'
}

const NOTES_HZ = [660, 880] as const

/** Two short notes, made here: no file to fetch. */
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
    // No sound here: the title and the icon have said it.
  }
}

export interface Saying {
  readonly sentence: string
  /** What can be done about it, for as long as it stands. */
  readonly action: { readonly label: string; readonly run: () => void; readonly key?: string } | null
}

/** A short sentence that appears once and goes by itself. */
export const toast = signal<Saying | null>(null)
const TOAST_MS = 6_000
/** What can be acted upon stays longer. */
const ACTION_MS = 10_000
let stopToast = () => {}

export function say(sentence: string, action: Saying['action'] = null, stands_ms = action === null ? TOAST_MS : ACTION_MS, time: Pick<Clock, 'after'> = clock): void {
  toast.value = { sentence, action }
  stopToast()
  stopToast = time.after(stands_ms, hushToast)
}

let toastsAreOf: string | null = null

/** Who sits here now, null: no one is signed in. What was said to another person, and could be undone by them, goes with them. */
export function toastsFor(user: string | null): void {
  if (user !== toastsAreOf) hushToast()
  toastsAreOf = user
}

export function hushToast(): void {
  stopToast()
  toast.value = null
}
