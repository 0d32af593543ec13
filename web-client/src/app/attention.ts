// What reaches a person who looks elsewhere: the tab's title and icon, a sound, a notification of the system. The latter two only by wish.

import { effect, signal, type ReadonlySignal } from '@preact/signals'
import { t } from '../strings/index.ts'
import type { Looks } from './looks.ts'
import { isSeen } from './seen.ts'

export interface Icons {
  readonly calm: string
  readonly unread: string
}

/** Shows `unread` in the tab. Gives the disposer; the title is what it was then. */
export function showUnread(title: ReadonlySignal<string>, unread: ReadonlySignal<number>, icons: Icons): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const stop = effect(() => {
    document.title = unread.value > 0 ? t('app.unread', { n: unread.value, title: title.value }) : title.value
    link?.setAttribute('href', unread.value > 0 ? icons.unread : icons.calm)
  })
  return stop
}

export interface News {
  readonly ticket: string
  readonly number: string
  readonly subject: string
}

/** Rings for news when nobody looks. */
export function createBell(looks: Looks, open: (number: string) => void) {
  const looked = () => isSeen() && document.hasFocus()
  return (news: News) => {
    if (looked()) return
    if (looks.sound.value) chime()
    if (!looks.notify.value || typeof Notification === 'undefined' || Notification.permission !== 'granted') return
    // One for each ticket: a later one takes the place of an earlier one.
    const shown = new Notification(t('notify.title', { number: news.number }), { body: news.subject, tag: `helpline.${news.ticket}` })
    shown.addEventListener('click', () => {
      window.focus()
      open(news.number)
      shown.close()
    })
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
    setTimeout(() => void audio.close(), 1_000)
  } catch {
    // No sound here: the title and the icon have said it.
  }
}

/** A short sentence that appears once and goes by itself. */
export const toast = signal<string | null>(null)
const TOAST_MS = 6_000
let stopToast = 0

export function say(sentence: string): void {
  toast.value = sentence
  clearTimeout(stopToast)
  stopToast = window.setTimeout(() => { toast.value = null }, TOAST_MS)
}
