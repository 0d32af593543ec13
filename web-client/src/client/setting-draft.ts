// A setting of the desk while an admin changes it: what is saved, what stands on the screen, and whether someone else has saved meanwhile. What was
// changed waits, also on this device, until it is saved or given up.

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
  /** Why it could not be loaded. */
  readonly problem: ReadonlySignal<Problem | null>
  /** As the server has it; null: not known yet. */
  readonly saved: ReadonlySignal<D | null>
  /** As it stands on the screen; null: not known yet. */
  readonly draft: ReadonlySignal<D | null>
  readonly isChanged: ReadonlySignal<boolean>
  /** Someone else has saved since these changes were begun what is changed here too. What is not changed here follows what was saved. */
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
  /** A draft as it would be read once it was saved, up to how names are spelt: two drafts that are the same then are no change of each other. */
  readonly normal: (draft: D) => D
  readonly lists?: Lists
  readonly kept: KeptText
  /** A draft that was kept; null: it cannot be read. */
  readonly parse: (value: unknown) => D | null
  readonly time?: Clock
}

interface Begun<D> {
  readonly draft: D
  /** What was saved when the changes began. */
  readonly base: D
  /** What was sent last: its answer may have been lost. */
  readonly sent: D | null
}

/** How often in a row a save begins again because someone else saved something else in the same moment. */
const SAVES_MAX = 3

export function createSettingDraft<S, D>({ load, draftOf, send, normal, lists = {}, kept: text, parse, ...more }: SettingParts<S, D>): SettingDraft<D> {
  const resource = createResource<S>({ load, ...more })
  const kept = sharedText(text)
  const begun = signal<Begun<D> | null>(restored(kept.read(), parse))
  const isSame = (a: D, b: D) => JSON.stringify(normal(a)) === JSON.stringify(normal(b))
  const saved = computed(() => (resource.value.value === null ? null : draftOf(resource.value.value)))
  const draft = computed(() => (saved.value === null ? null : (begun.value?.draft ?? saved.value)))
  const isChanged = computed(() => begun.value !== null && saved.value !== null && !isSame(begun.value.draft, saved.value))
  /** The changes on top of what is saved now. */
  const onto = ({ draft: mine, base, sent }: Begun<D>, now: D) => {
    const { value, isAsked } = merged({ mine, wanted: normal(mine), before: normal(base), sent: normal(sent ?? base), now, saved: normal(now) }, lists)
    // One that is as it was stays the same one.
    return { draft: JSON.stringify(value) === JSON.stringify(mine) ? mine : (parse(value) ?? mine), isAsked }
  }
  const isOvertaken = computed(() => begun.value !== null && saved.value !== null && onto(begun.value, saved.value).isAsked)
  const begin = (next: Begun<D> | null) => {
    begun.value = next
    // What says nothing else than what was saved need not be kept.
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
      // What was changed while it was being saved stands, and goes on from here.
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
    // Someone else may have saved in the same moment, or a part of it is saved.
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
