// Retention for admins: its settings while they are edited, its runs, and the legal holds.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { DueTicket, LegalHold, RetentionDryRun, RetentionKind, RetentionRun, RetentionSettings, RetentionView } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { isObject } from '../protocol/narrow.ts'
import type { Result } from '../rest/request.ts'
import { createRetentionRest, type RetentionRest } from '../rest/retention.ts'
import type { Client } from './client.ts'
import { timeOf } from './hours.ts'
import { keptText, type KeptText } from './kept-text.ts'
import { createMutation, keptFor, type Mutation } from './resource.ts'
import { createSettingDraft, type SettingDraft } from './setting-draft.ts'

export type { RetentionRest }

/** The settings as the form has them: numbers are texts, because a field can be empty or hold anything while a person types. */
export interface RetentionDraft {
  readonly enabled: boolean
  readonly archive_months: string
  readonly delete_months: string
  readonly access_log_months: string
  readonly share_max_percent: string
  readonly day: string
  readonly at: string
  readonly zone: string
}

const NUMBERS = ['archive_months', 'delete_months', 'access_log_months', 'share_max_percent', 'day'] as const
export type NumberField = (typeof NUMBERS)[number]

/** The least and the greatest value of each number, as the server checks them. */
export const RANGES: Readonly<Record<NumberField, readonly [least: number, greatest: number]>> = {
  archive_months: [1, 240],
  delete_months: [1, 240],
  access_log_months: [3, 240],
  share_max_percent: [1, 100],
  day: [1, 28],
}

export function retentionDraftOf({ settings: { enabled, at, zone, ...numbers } }: Pick<RetentionView, 'settings'>): RetentionDraft {
  return { enabled, at, zone, archive_months: String(numbers.archive_months), delete_months: String(numbers.delete_months), access_log_months: String(numbers.access_log_months), share_max_percent: String(numbers.share_max_percent), day: String(numbers.day) }
}

/** Parses a whole number as a person may type it, in any script's digits. NaN if it is none. */
function numberOf(text: string): number {
  const plain = text.trim().replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) % 16))
  return /^\d{1,4}$/.test(plain) ? Number(plain) : Number.NaN
}

/** The fields that hold no allowed value. `isZone` says whether a text names a time zone. */
export function retentionFaultsOf(draft: RetentionDraft, isZone: (name: string) => boolean): ReadonlySet<keyof RetentionDraft> {
  const faults = new Set<keyof RetentionDraft>()
  for (const field of NUMBERS) {
    const [least, greatest] = RANGES[field]
    const value = numberOf(draft[field])
    if (!(value >= least && value <= greatest)) faults.add(field)
  }
  if (timeOf(draft.at) === null) faults.add('at')
  if (!isZone(draft.zone.trim())) faults.add('zone')
  return faults
}

/** Converts a draft without faults to the settings that the server stores. */
export function retentionSettingsOf(draft: RetentionDraft): RetentionSettings {
  return {
    enabled: draft.enabled,
    archive_months: numberOf(draft.archive_months),
    delete_months: numberOf(draft.delete_months),
    access_log_months: numberOf(draft.access_log_months),
    share_max_percent: numberOf(draft.share_max_percent),
    day: numberOf(draft.day),
    at: timeOf(draft.at) ?? draft.at,
    zone: draft.zone.trim(),
  }
}

/** Normalizes a draft for comparison. The server may change the case of a time zone's name. */
function normal(draft: RetentionDraft): RetentionDraft {
  const plain = (text: string) => (Number.isNaN(numberOf(text)) ? text.trim() : String(numberOf(text)))
  return { enabled: draft.enabled, archive_months: plain(draft.archive_months), delete_months: plain(draft.delete_months), access_log_months: plain(draft.access_log_months), share_max_percent: plain(draft.share_max_percent), day: plain(draft.day), at: timeOf(draft.at) ?? draft.at, zone: draft.zone.trim().toLowerCase() }
}

export function parseRetentionDraft(value: unknown): RetentionDraft | null {
  if (!isObject(value) || typeof value['enabled'] !== 'boolean') return null
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : null)
  const [archive_months, delete_months, access_log_months, share_max_percent, day, at, zone] = [text('archive_months'), text('delete_months'), text('access_log_months'), text('share_max_percent'), text('day'), text('at'), text('zone')]
  if (archive_months === null || delete_months === null || access_log_months === null || share_max_percent === null || day === null || at === null || zone === null) return null
  return { enabled: value['enabled'], archive_months, delete_months, access_log_months, share_max_percent, day, at, zone }
}

/** How many tickets or entries a run has left to change, if it is approved now. */
export const remaining = ({ due, changed }: Pick<RetentionRun, 'due' | 'changed'>): number => Math.max(0, due - changed)

/** A part of a whole, in percent with one decimal. A part that is not zero is at least 0.1. */
export function percentOf(part: number, total: number): number {
  if (total <= 0 || part <= 0) return 0
  return Math.max(0.1, Math.round((part / total) * 1_000) / 10)
}

/** When the next run of this kind is due. Null if none is: retention is off, or its schedule is paused. */
export const nextOf = ({ next }: Pick<RetentionView, 'next'>, kind: RetentionKind): string | null => next.find((one) => one.kind === kind)?.at ?? null

/** A list that is loaded page by page. */
export interface Pages<T> {
  /** The rows that are loaded. Null until the first page has arrived. */
  readonly list: ReadonlySignal<readonly T[] | null>
  readonly isBusy: ReadonlySignal<boolean>
  readonly hasMore: ReadonlySignal<boolean>
  readonly problem: ReadonlySignal<Problem | null>
  /** Loads the first page, or loads it again. */
  begin(): Promise<void>
  /** Loads the next page. After a failure, loads the same page again. */
  more(): Promise<void>
}

/** `read` returns the rows of a page and what to call it with for the next one, null after the last page. */
function createPages<T>(read: (after: string | undefined) => Promise<Result<{ readonly rows: readonly T[]; readonly next: string | null }>>): Pages<T> {
  const list = signal<readonly T[] | null>(null)
  const [isBusy, hasMore] = [signal(false), signal(false)]
  const problem = signal<Problem | null>(null)
  let after: string | undefined
  const more = async () => {
    if (isBusy.peek()) return
    isBusy.value = true
    const from = after
    const result = await read(from)
    isBusy.value = false
    problem.value = result.ok ? null : result.problem
    if (!result.ok) return
    list.value = [...(from === undefined ? [] : (list.peek() ?? [])), ...result.value.rows]
    after = result.value.next ?? undefined
    hasMore.value = after !== undefined
  }
  return {
    list, isBusy, hasMore, problem, more,
    begin() {
      after = undefined
      return more()
    },
  }
}

/** All legal holds, released ones too. */
export function createAllHolds(rest: Pick<RetentionRest, 'holds'>): Pages<LegalHold> {
  return createPages(async (after) => {
    const result = await rest.holds(after)
    return result.ok ? { ok: true, value: { rows: result.value.holds, next: result.value.next_after } } : result
  })
}

/** The tickets that a run would change. `run` is a planned run; null means one that would be planned now. */
export function createDueTickets(rest: Pick<RetentionRest, 'due'>, kind: 'archive' | 'delete', run: string | null): Pages<DueTicket> {
  return createPages(async (after) => {
    const result = await rest.due(kind, run, after)
    return result.ok ? { ok: true, value: { rows: result.value.tickets, next: result.value.next_cursor } } : result
  })
}

export interface RetentionStore {
  /** The settings while they are edited. Its `state`, `problem` and `reload` are those of the whole view. */
  readonly settings: SettingDraft<RetentionDraft>
  /** What the server last said. Null until loaded. */
  readonly view: ReadonlySignal<RetentionView | null>
  readonly dryRun: Mutation<null, RetentionDryRun>
  /** The result of the last dry run, until the screen is left or the settings change. */
  readonly plan: ReadonlySignal<RetentionDryRun | null>
  readonly rest: RetentionRest
  forgetPlan(): void
}

export function createRetention(rest: RetentionRest, kept: KeptText): RetentionStore {
  const view = signal<RetentionView | null>(null)
  const plan = signal<RetentionDryRun | null>(null)
  const seen = (result: Result<RetentionView>) => {
    if (result.ok) view.value = result.value
    return result
  }
  return {
    view, plan, rest,
    settings: createSettingDraft({
      load: async () => seen(await rest.view()),
      draftOf: retentionDraftOf,
      async send(draft, { etag }) {
        const result = seen(await rest.save(retentionSettingsOf(draft), etag))
        // The counts were made by the former periods.
        if (result.ok) plan.value = null
        return result
      },
      normal,
      kept,
      parse: parseRetentionDraft,
    }),
    dryRun: createMutation({ send: () => rest.dryRun(), done: (value) => { plan.value = value } }),
    forgetPlan() { plan.value = null },
  }
}

/** Returns the signed-in person's store. It is kept, so that unsaved changes survive switching to another screen. */
export const retentionFor = keptFor((client: Client): RetentionStore => createRetention(createRetentionRest(client.rest), keptText(client.identity.id, 'settings.retention', client.storage)))

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text is the id of a ticket or of a person. */
export const isId = (text: string): boolean => ID.test(text.trim())
