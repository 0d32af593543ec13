// A desk setting while an admin edits it: the saved value, the edited value, and whether another admin has saved the setting since the edit
// began. Unsaved edits are also stored on this device until they are saved or discarded.

import { batch, computed, effect, signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { Problem } from '../protocol/model.ts'
import { isObject, parseJson } from '../protocol/narrow.ts'
import type { Result } from '../rest/request.ts'
import { sharedText, type KeptText } from './kept-text.ts'
import { merged, type Lists } from './merged-setting.ts'
import { createMutation, createResource, type ResourceState } from './resource.ts'

export interface SettingDraft<D> {
  readonly state: ReadonlySignal<ResourceState>
  /** Why the setting could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  /** The value stored on the server. Null until loaded. */
  readonly saved: ReadonlySignal<D | null>
  /** The edited value that the screen shows. Null until loaded. */
  readonly draft: ReadonlySignal<D | null>
  readonly isChanged: ReadonlySignal<boolean>
  /**
   * Whether another admin has changed parts of the setting that are also edited here. Parts that are not edited here follow the saved
   * value.
   */
  readonly isOvertaken: ReadonlySignal<boolean>
  readonly isSaving: ReadonlySignal<boolean>
  /** Why the last save failed. */
  readonly refused: ReadonlySignal<Problem | null>
  change(part: Partial<D>): void
  /** Discards the unsaved edits. */
  cancel(): void
  /** Keeps the unsaved edits, and bases them on the value that is now saved. */
  keepMine(): void
  /** Loads the saved value, then saves the edits. Returns false if nothing was saved; `isOvertaken` or `refused` gives the reason. */
  save(): Promise<boolean>
  reload(): Promise<void>
}

interface SettingParts<S, D> {
  readonly load: () => Promise<Result<S>>
  readonly draftOf: (setting: S) => D
  /**
   * Sends the draft. `seen` is the server's value when it was last loaded. If the server's value has changed since that load, the error
   * code is `precondition_failed`.
   */
  readonly send: (draft: D, seen: S) => Promise<Result<S>>
  /** Normalizes a draft as the server would when saving it. Two drafts with the same normalized value count as equal. */
  readonly normal: (draft: D) => D
  readonly lists?: Lists
  readonly kept: KeptText
  /** Parses a draft that was stored on this device. Returns null if it is invalid. */
  readonly parse: (value: unknown) => D | null
  readonly time?: Clock
}

interface Begun<D> {
  readonly draft: D
  /** The saved value when the admin started to edit. */
  readonly base: D
  /** The draft that was last sent to the server. If the response was lost, this draft may be what the server has saved. */
  readonly sent: D | null
}

/** How many times to try a save. A save must be repeated if another admin saves other parts of the setting at the same moment. */
const SAVES_MAX = 3

export function createSettingDraft<S, D>({ load, draftOf, send, normal, lists = {}, kept: text, parse, ...more }: SettingParts<S, D>): SettingDraft<D> {
  const resource = createResource<S>({ load, ...more })
  const kept = sharedText(text)
  const begun = signal<Begun<D> | null>(restored(kept.read(), parse))
  const isSame = (a: D, b: D) => JSON.stringify(normal(a)) === JSON.stringify(normal(b))
  const saved = computed(() => (resource.value.value === null ? null : draftOf(resource.value.value)))
  const draft = computed(() => (saved.value === null ? null : (begun.value?.draft ?? saved.value)))
  const isChanged = computed(() => begun.value !== null && saved.value !== null && !isSame(begun.value.draft, saved.value))
  /** Applies the unsaved edits to `now`, the value that is currently saved. `isAsked`: the edits conflict with changes of another admin. */
  const onto = ({ draft: mine, base, sent }: Begun<D>, now: D) => {
    const { value, isAsked } = merged({ mine, wanted: normal(mine), before: normal(base), sent: normal(sent ?? base), now, saved: normal(now) }, lists)
    // Return the same object if the draft has not changed.
    return { draft: JSON.stringify(value) === JSON.stringify(mine) ? mine : (parse(value) ?? mine), isAsked }
  }
  const isOvertaken = computed(() => begun.value !== null && saved.value !== null && onto(begun.value, saved.value).isAsked)
  const begin = (next: Begun<D> | null) => {
    begun.value = next
    // A draft without edits need not be stored on this device.
    kept.write(next === null || isSame(next.draft, next.base) ? '' : JSON.stringify(next))
  }
  effect(() => {
    const [now, server] = [begun.peek(), saved.value]
    if (now === null || server === null) return
    const { draft: next, isAsked } = onto(now, server)
    if (!isAsked) begin({ ...now, draft: next, base: server })
  })
  const save = createMutation<{ readonly sent: D; readonly seen: S }, S>({
    send: ({ sent, seen }) => send(sent, seen),
    done(value, { sent }) {
      resource.set(value)
      // If the admin continued to edit during the save, keep the new edits, based on the value that was sent.
      const now = begun.peek()
      begin(now === null || now.draft === sent ? null : { ...now, base: sent })
    },
  })
  const loadFault = signal<Problem | null>(null)
  const isAsking = signal(false)
  const attempt = async (left: number): Promise<boolean> => {
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
    const now = begun.peek()
    if (now !== null) begin({ ...now, sent })
    const result = await save.run({ sent, seen })
    if (result?.ok === true) return true
    // Reload after a failure. Another admin may have saved at the same moment, or the server may have saved only a part of the setting.
    await resource.reload()
    if (isOvertaken.peek() || !isChanged.peek()) save.dismiss()
    else if (left > 1 && save.problem.peek()?.code === 'precondition_failed') return attempt(left - 1)
    return !isChanged.peek()
  }
  return {
    state: resource.state,
    problem: resource.problem,
    saved, draft, isChanged, isOvertaken,
    isSaving: computed(() => isAsking.value || save.isBusy.value),
    refused: computed(() => loadFault.value ?? save.problem.value),
    change(part) {
      const [now, server] = [draft.peek(), saved.peek()]
      if (now === null || server === null) return
      begin({ base: server, sent: null, ...begun.peek(), draft: { ...now, ...part } })
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
      if (now !== null && server !== null) begin({ ...now, draft: onto(now, server).draft, base: server })
    },
    save: () => (isAsking.peek() || save.isBusy.peek() ? Promise.resolve(false) : attempt(SAVES_MAX)),
    reload: resource.reload,
  }
}

function restored<D>(text: string, parse: (value: unknown) => D | null): Begun<D> | null {
  const value: unknown = text === '' ? null : parseJson(text)
  if (!isObject(value)) return null
  const [draft, base] = [parse(value['draft']), parse(value['base'])]
  return draft === null || base === null ? null : { draft, base, sent: parse(value['sent']) }
}
