// Display names of the actions in the access log. An allowed action and the refused attempt at it share one name.

import { s } from './strings.ts'

const KINDS = {
  adopt: ['adoption_started', 'adoption_ended'],
  log_read: ['access_log_read', 'access_log_read_refused', 'access_log_actions_refused'],
  log_export: ['access_log_exported', 'access_log_export_refused'],
  log_delete: ['access_log_deleted'],
  team_read: ['agents_listed', 'agents_list_refused', 'roles_listed', 'roles_list_refused'],
  history_read: ['history_read', 'history_read_refused'],
  messages_read: ['messages_read', 'messages_read_refused', 'subscribe_refused'],
  jobs_read: ['jobs_read', 'jobs_read_refused'],
  job_pause: ['consumer_paused', 'schedule_paused', 'job_pause_refused'],
  job_resume: ['consumer_resumed', 'schedule_resumed'],
  job_run: ['schedule_started', 'schedule_start_refused'],
  job_retry: ['consumer_event_retried', 'deliveries_replayed', 'timer_retried', 'deliveries_replay_refused', 'job_decision_refused'],
  job_skip: ['consumer_event_skipped', 'timer_removed'],
  production_confirm: ['database_confirmed', 'database_confirm_refused'],
  clock_confirm: ['clock_confirmed', 'clock_confirm_refused'],
  message_edit: ['message_edit_refused'],
  redact: ['message_redact_refused', 'event_redact_refused', 'rating_redact_refused', 'subject_redact_refused'],
  send: ['send_refused'],
  people_find: ['people_found', 'people_find_refused'],
  person_open: ['person_opened', 'person_open_refused'],
  person_block: ['person_blocked'],
  person_unblock: ['person_unblocked'],
  erasures_read: ['erasures_listed', 'erasures_list_refused'],
  person_erase: ['person_erased', 'erasure_decision_refused'],
  person_keep: ['person_erasure_refused'],
  replies_read: ['replies_listed', 'replies_list_refused'],
  reply_save: ['reply_saved', 'reply_save_refused'],
  reply_delete: ['reply_deleted', 'reply_delete_refused'],
  role_grant: ['role_granted', 'role_grant_refused'],
  role_revoke: ['role_revoked', 'role_revoke_refused'],
  settings_read: ['settings_listed', 'settings_list_refused'],
  setting_change: ['setting_changed', 'setting_change_refused'],
  sign_in: ['sign_in_refused'],
  stats_read: ['stats_read', 'stats_read_refused', 'tickets_counted', 'tickets_count_refused'],
  subject_map: ['subject_mapped'],
  subject_unmap: ['subject_unmapped'],
  ticket_create: ['ticket_create_refused'],
  ticket_open: ['ticket_opened', 'ticket_open_refused'],
  ticket_change: ['ticket_change_refused'],
  ticket_rate: ['ticket_rate_refused'],
  tickets_list: ['tickets_listed', 'tickets_list_refused', 'inbox_watched', 'inbox_refused'],
  tickets_search: ['tickets_searched'],
  tickets_archive: ['tickets_archived'],
  tickets_delete: ['tickets_deleted'],
  retention_read: ['retention_read', 'retention_read_refused', 'retention_dry_run', 'retention_dry_run_refused', 'retention_due_listed', 'retention_due_refused'],
  retention_change: ['retention_change_refused'],
  retention_approve: ['retention_run_approved', 'retention_approve_refused'],
  retention_run: ['retention_run_done'],
  retention_stop: ['retention_run_stopped', 'retention_run_refused', 'retention_refuse_refused'],
  holds_read: ['legal_holds_listed', 'legal_holds_list_refused'],
  hold_set: ['legal_hold_set', 'legal_hold_set_refused'],
  hold_release: ['legal_hold_released', 'legal_hold_release_refused'],
  files_list: ['attachments_listed', 'attachments_list_refused'],
  file_open: ['attachment_linked', 'attachment_downloaded', 'attachment_link_refused'],
  file_delete: ['attachment_bytes_deleted', 'attachment_bytes_absent'],
  file_preview: ['attachment_previewed', 'attachment_preview_refused'],
  file_upload: ['upload_refused', 'upload_read_refused', 'upload_delete_refused'],
  request: ['availability_refused', 'config_refused', 'me_refused', 'unread_count_refused', 'frame_refused'],
} as const

type Kind = keyof typeof KINDS

const kinds = new Map<string, Kind>()
for (const kind of names()) for (const action of KINDS[kind]) kinds.set(action, kind)

function names(): readonly Kind[] {
  return Object.keys(KINDS).filter((name): name is Kind => Object.hasOwn(KINDS, name))
}

/**
 * Returns the display name of an action. An action that this client does not know is shown by its server name, with spaces instead of
 * underscores.
 */
export function actionInWords(action: string): string {
  const kind = kinds.get(action)
  return kind === undefined ? action.replaceAll('_', ' ') : s(`access.action.${kind}`)
}

export interface ActionChoice {
  readonly label: string
  readonly actions: readonly string[]
}

/** The choices of the action filter, sorted by label. `actions` are the server's names; names with the same label become one choice. */
export function choicesOf(actions: readonly string[], locale: string): readonly ActionChoice[] {
  const groups = new Map<string, string[]>()
  for (const action of actions) {
    const kind = kinds.get(action) ?? action
    groups.set(kind, [...(groups.get(kind) ?? []), action])
  }
  const choices = [...groups.values()].map((group) => ({ label: actionInWords(group[0] ?? ''), actions: group }))
  return choices.toSorted((a, b) => a.label.localeCompare(b.label, locale))
}
