// A setting of the desk while an admin changes it: the saved value, the value on the screen, and whether another admin has saved in the meantime.
// Unsaved changes are also kept on this device until they are saved or discarded.

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
  /** Why loading failed. */
  readonly problem: ReadonlySignal<Problem | null>
  /** The server's value; null until loaded. */
  readonly saved: ReadonlySignal<D | null>
  /** The value on the screen; null until loaded. */
  readonly draft: ReadonlySignal<D | null>
  readonly isChanged: ReadonlySignal<boolean>
  /** Another admin has changed the same parts since these changes began. Parts that are not changed here follow the saved value. */
  readonly isOvertaken: ReadonlySignal<boolean>
  readonly isSaving: ReadonlySignal<boolean>
  /** Why saving failed. */
  readonly refused: ReadonlySignal<Problem | null>
  change(part: Partial<D>): void
  /** Discards the changes. */
  cancel(): void
  /** Keeps the changes, based on the value that is saved now. */
  keepMine(): void
  /** Loads the saved value first, then saves. Returns false if not saved; `isOvertaken` or `refused` tells why. */
  save(): Promise<boolean>
  reload(): Promise<void>
}

interface SettingParts<S, D> {
  readonly load: () => Promise<Result<S>>
  readonly draftOf: (setting: S) => D
  /** `seen` is the server's value when it was last loaded. If it has changed since, the code is `precondition_failed`. */
  readonly send: (draft: D, seen: S) => Promise<Result<S>>
  /** Normalizes a draft as if it had been saved and read back, up to spelling. Two drafts with equal results count as unchanged. */
  readonly normal: (draft: D) => D
  readonly lists?: Lists
  readonly kept: KeptText
  /** Parses a kept draft; null if it is unreadable. */
  readonly parse: (value: unknown) => D | null
  readonly time?: Clock
}

interface Begun<D> {
  readonly draft: D
  /** The saved value when the changes began. */
  readonly base: D
  /** The draft sent last: its answer may have been lost. */
  readonly sent: D | null
}

/** How often in a row to try a save if another admin saves something else at the same moment. */
const SAVES_MAX = 3

export function createSettingDraft<S, D>({ load, draftOf, send, normal, lists = {}, kept: text, parse, ...more }: SettingParts<S, D>): SettingDraft<D> {
  const resource = createResource<S>({ load, ...more })
  const kept = sharedText(text)
  const begun = signal<Begun<D> | null>(restored(kept.read(), parse))
  const isSame = (a: D, b: D) => JSON.stringify(normal(a)) === JSON.stringify(normal(b))
  const saved = computed(() => (resource.value.value === null ? null : draftOf(resource.value.value)))
  const draft = computed(() => (saved.value === null ? null : (begun.value?.draft ?? saved.value)))
  const isChanged = computed(() => begun.value !== null && saved.value !== null && !isSame(begun.value.draft, saved.value))
  /** Applies the changes to the value that is saved now. */
  const onto = ({ draft: mine, base, sent }: Begun<D>, now: D) => {
    const { value, isAsked } = merged({ mine, wanted: normal(mine), before: normal(base), sent: normal(sent ?? base), now, saved: normal(now) }, lists)
    // An unchanged draft stays the same object.
    return { draft: JSON.stringify(value) === JSON.stringify(mine) ? mine : (parse(value) ?? mine), isAsked }
  }
  const isOvertaken = computed(() => begun.value !== null && saved.value !== null && onto(begun.value, saved.value).isAsked)
  const begin = (next: Begun<D> | null) => {
    begun.value = next
    // A draft that equals its base need not be kept.
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
      // Keep what was changed during the save, based on what was sent.
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
    // Another admin may have saved at the same moment, or only a part of the setting was saved.
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
