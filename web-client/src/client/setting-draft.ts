// A setting of the desk while an admin changes it: what is saved, what stands on the screen, and whether someone else has saved meanwhile. What was
// changed waits, also on this device, until it is saved or given up.

import { batch, computed, effect, signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { Problem } from '../protocol/model.ts'
import { parseJson } from '../protocol/narrow.ts'
import type { Result } from '../rest/request.ts'
import type { KeptText } from './kept-text.ts'
import { createMutation, createResource, type ResourceState } from './resource.ts'

export interface SettingDraft<D> {
  readonly state: ReadonlySignal<ResourceState>
  /** Why it could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  /** As the server has it; null: not known yet. */
  readonly saved: ReadonlySignal<D | null>
  /** As it stands on the screen; null: not known yet. */
  readonly draft: ReadonlySignal<D | null>
  readonly isChanged: ReadonlySignal<boolean>
  /** Someone else has saved since these changes were begun, and saving would undo that. */
  readonly isOvertaken: ReadonlySignal<boolean>
  readonly isSaving: ReadonlySignal<boolean>
  /** Why it was not saved. */
  readonly refused: ReadonlySignal<Problem | null>
  change(part: Partial<D>): void
  /** Gives up the changes. */
  cancel(): void
  /** The changes go on from what is saved now. */
  keepMine(): void
  /** Asks first what is saved now. False: not saved; `isOvertaken` or `refused` says why. */
  save(): Promise<boolean>
  reload(): Promise<void>
}

interface SettingParts<S, D> {
  readonly load: () => Promise<Result<S>>
  readonly draftOf: (setting: S) => D
  /** `seen`: as the server had it when it was asked last. Where it is another one by now, the code is `precondition_failed`. */
  readonly send: (draft: D, seen: S) => Promise<Result<S>>
  /** What of a draft is sent, or a list of what is sent one after the other: two drafts that send the same are the same. */
  readonly valueOf: (draft: D) => unknown
  readonly kept: KeptText
  /** A draft that was kept; null: it cannot be read. */
  readonly parse: (value: unknown) => D | null
  readonly time?: Clock
}

interface Begun<D> {
  readonly draft: D
  /** What was saved when the changes began. */
  readonly base: string
}

export function createSettingDraft<S, D>({ load, draftOf, send, valueOf, kept, parse, ...more }: SettingParts<S, D>): SettingDraft<D> {
  const resource = createResource<S>({ load, ...more })
  const begun = signal<Begun<D> | null>(restored(kept.read(), parse))
  const printOf = (draft: D) => JSON.stringify(valueOf(draft))
  const saved = computed(() => (resource.value.value === null ? null : draftOf(resource.value.value)))
  const draft = computed(() => (saved.value === null ? null : (begun.value?.draft ?? saved.value)))
  const isChanged = computed(() => begun.value !== null && saved.value !== null && printOf(begun.value.draft) !== printOf(saved.value))
  const isOvertaken = computed(() => {
    if (begun.value === null || saved.value === null) return false
    const [mine, before, now] = [printOf(begun.value.draft), begun.value.base, printOf(saved.value)].map(partsOf)
    // What stands there as it is wanted was saved by the first half of an attempt, or says the same.
    return now?.some((part, index) => part !== before?.[index] && part !== mine?.[index]) === true
  })
  const begin = (next: Begun<D> | null) => {
    begun.value = next
    // What says nothing else than what was saved need not be kept.
    kept.write(next === null || printOf(next.draft) === next.base ? '' : JSON.stringify(next))
  }
  effect(() => {
    const [now, server] = [begun.peek(), saved.value]
    if (now === null || server === null) return
    const [mine, print] = [printOf(now.draft), printOf(server)]
    // As it was written, blank lines too, while it says what is saved; words of someone else's it does not hide.
    if (mine === print) begin({ draft: now.draft, base: print })
    else if (mine === now.base) begin(null)
  })
  const save = createMutation<{ readonly sent: D; readonly seen: S }, S>({
    send: ({ sent, seen }) => send(sent, seen),
    done(value, { sent }) {
      resource.set(value)
      // What was changed while it was being saved stands, and goes on from here.
      const now = begun.peek()
      begin(now === null || now.draft === sent ? null : { draft: now.draft, base: printOf(draftOf(value)) })
    },
  })
  const loadFault = signal<Problem | null>(null)
  const isAsking = signal(false)
  return {
    state: resource.state,
    problem: resource.problem,
    saved, draft, isChanged, isOvertaken,
    isSaving: computed(() => isAsking.value || save.isBusy.value),
    refused: computed(() => loadFault.value ?? save.problem.value),
    change(part) {
      const [now, server] = [draft.peek(), saved.peek()]
      if (now === null || server === null) return
      begin({ draft: { ...now, ...part }, base: begun.peek()?.base ?? printOf(server) })
    },
    cancel() {
      batch(() => {
        begin(null)
        loadFault.value = null
        save.dismiss()
      })
    },
    keepMine() {
      const [now, server] = [begun.peek(), saved.peek()]
      if (now !== null && server !== null) begin({ draft: now.draft, base: printOf(server) })
    },
    async save() {
      if (isAsking.peek() || save.isBusy.peek()) return false
      batch(() => {
        isAsking.value = true
        loadFault.value = null
        save.dismiss()
      })
      await resource.reload()
      batch(() => {
        isAsking.value = false
        loadFault.value = resource.problem.peek()
      })
      const [sent, seen] = [draft.peek(), resource.value.peek()]
      if (loadFault.peek() !== null || sent === null || seen === null || isOvertaken.peek()) return false
      const result = await save.run({ sent, seen })
      if (result?.ok === true) return true
      // Someone else may have saved in the same moment, or a part of it is saved.
      await resource.reload()
      if (isOvertaken.peek() || !isChanged.peek()) save.dismiss()
      return !isChanged.peek()
    },
    reload: resource.reload,
  }
}

/** Each as a text. */
const partsOf = (print: string): readonly string[] => {
  const value = parseJson(print)
  return (Array.isArray(value) ? value : [value]).map((part: unknown) => JSON.stringify(part))
}

function restored<D>(text: string, parse: (value: unknown) => D | null): Begun<D> | null {
  const value: unknown = text === '' ? null : parseJson(text)
  if (typeof value !== 'object' || value === null || !('draft' in value) || !('base' in value) || typeof value.base !== 'string') return null
  const draft = parse(value.draft)
  return draft === null ? null : { draft, base: value.base }
}
