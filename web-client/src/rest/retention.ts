// The REST calls of retention. The retention screen loads this file when it is opened.

import { decodeDueTicketPage, decodeLegalHold, decodeLegalHoldPage, decodeRetentionDryRun, decodeRetentionView } from '../protocol/decoders/admin.ts'
import type { DueTicketPage, LegalHold, LegalHoldPage, NewLegalHold, RetentionDryRun, RetentionSettings, RetentionView } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import type { Result } from './request.ts'

/** All calls are only for admins, on a server with the feature `retention`. */
export interface RetentionRest {
  view(): Promise<Result<RetentionView>>
  /** Saves the settings. `etag` is that of the settings as last read; if they have changed since, the error code is `precondition_failed`. */
  save(settings: RetentionSettings, etag: string): Promise<Result<RetentionView>>
  /** Counts what runs would do now. Changes nothing. May take a minute on a large desk. */
  dryRun(): Promise<Result<RetentionDryRun>>
  /** Returns a page of the tickets that a run would change. `run` is a planned run; null means one that would be planned now. `cursor` is `next_cursor` of the page before. */
  due(kind: 'archive' | 'delete', run: string | null, cursor?: string): Promise<Result<DueTicketPage>>
  approve(run: string): Promise<Result<null>>
  /** Ends a run that waits, without any change. */
  refuse(run: string): Promise<Result<null>>
  /** Returns a page of all legal holds, the newest first, released ones too. `after` is `next_after` of the page before. */
  holds(after?: string): Promise<Result<LegalHoldPage>>
  setHold(hold: NewLegalHold): Promise<Result<LegalHold>>
  releaseHold(hold: string): Promise<Result<null>>
}

/** How long to wait for a dry run, in milliseconds. The server counts whole tables, and gives up before this. */
const DRY_RUN_TIMEOUT_MS = 150_000

export function createRetentionRest({ request }: Pick<Rest, 'request'>): RetentionRest {
  const nothing = async (path: string): Promise<Result<null>> => {
    const result = await request(path, { method: 'POST' }, () => true)
    return result.ok ? { ok: true, value: null } : result
  }
  return {
    view: () => request('/v1/retention', {}, decodeRetentionView),
    save: (body, etag) => request('/v1/retention/settings', { method: 'PUT', body, headers: { 'if-match': etag } }, decodeRetentionView),
    dryRun: () => request('/v1/retention/dry-run', { method: 'POST', timeout_ms: DRY_RUN_TIMEOUT_MS }, decodeRetentionDryRun),
    due: (kind, run, cursor) => request(`/v1/retention/due?${new URLSearchParams({ kind, ...(run === null ? {} : { run }), ...(cursor === undefined ? {} : { cursor }) })}`, {}, decodeDueTicketPage),
    refuse: (run) => nothing(`/v1/retention/runs/${encodeURIComponent(run)}/refuse`),
    approve: (run) => nothing(`/v1/retention/runs/${encodeURIComponent(run)}/approve`),
    holds: (after) => request(`/v1/retention/holds${after === undefined ? '' : `?${new URLSearchParams({ after })}`}`, {}, decodeLegalHoldPage),
    setHold: (body) => request('/v1/retention/holds', { method: 'POST', body }, decodeLegalHold),
    releaseHold: (hold) => nothing(`/v1/retention/holds/${encodeURIComponent(hold)}/release`),
  }
}
