// Test doubles for the parts of a page that the widget's loader uses, and for the widget's iframe.

import { vi } from 'vitest'
import type { Guest, Page } from '../../src/apps/widget/guest.ts'
import type { Api } from '../../src/apps/widget/loader.ts'

const isHelpline = (value: unknown): value is Api => typeof value === 'object' && value !== null && 'init' in value

/** Replaces the script that creates the iframe (guest.ts). */
const GUEST_FILE = 'data:text/javascript,export const createGuest = (page) => globalThis.createTestGuest(page)'

export interface TestFrame {
  readonly page: Page
  /** The calls that the iframe received: what to show, and when it was opened or closed. */
  readonly told: unknown[]
  /** Completes the loader's request to forget the person. `stays` is true if the iframe stays, because the person is the same. */
  forget(stays?: boolean): void
}

/** Imports the loader again, in a new simulated page. */
export async function widgetPage() {
  const listeners = new Map<string, () => void>()
  const frames: TestFrame[] = []
  const focus: { inside: object | null; launcher: number } = { inside: null, launcher: 0 }
  const element = (): object => ({
    style: { setProperty() {} }, setAttribute() {}, append() {}, remove() {}, addEventListener() {}, isConnected: true,
    focus() { focus.launcher++ },
    attachShadow: () => ({ append() {}, get activeElement() { return focus.inside } }),
  })
  vi.stubGlobal('createTestGuest', (page: Page): Guest => {
    const told: unknown[] = []
    let forget: (stays?: boolean) => void = () => {}
    const forgotten = new Promise<boolean>((done) => { forget = (stays = false) => done(stays) })
    frames.push({ page, told, forget: (stays) => forget(stays) })
    return {
      show: (on, byPerson) => { told.push([on, byPerson]) },
      send: (what) => { told.push(what) },
      closes: () => 'Close support',
      dress() {},
      end: () => forgotten,
    }
  })
  const answer = { status: 200, tickets: 3 }
  const globals = {
    HELPLINE_GUEST: GUEST_FILE,
    window: globalThis,
    location: { href: 'https://desk.test/page', origin: 'https://desk.test' },
    HTMLScriptElement: class {},
    CSSStyleSheet: class { replaceSync() {} },
    requestIdleCallback: (call: () => void) => call(),
    document: { currentScript: null, createElement: element, createElementNS: element, documentElement: { append() {}, lang: 'en' }, addEventListener: (type: string, call: () => void) => listeners.set(type, call), removeEventListener: (type: string) => listeners.delete(type), hidden: false },
    fetch: () => Promise.resolve(new Response(answer.status === 200 ? JSON.stringify({ tickets: answer.tickets, messages: 4 }) : '{}', { status: answer.status })),
    Helpline: undefined,
  }
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  vi.resetModules()
  await import('../../src/apps/widget/loader.ts')
  const widget: unknown = Reflect.get(globalThis, 'Helpline')
  if (!isHelpline(widget)) throw new Error('a loader')
  return { widget, frames, focus, answer, lookedAt: () => listeners.get('visibilitychange')?.() }
}

/** Waits a few turns of the event loop, so that asynchronous work that has started can finish. */
export const turned = async () => { for (let n = 0; n < 20; n++) await new Promise((done) => setImmediate(done)) }
