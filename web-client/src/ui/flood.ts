// Limits what a screen reader reads out when many messages arrive at once.

import { useEffect, useState } from 'preact/hooks'
import { t } from '../locales/index.ts'
import type { Row } from './rows.ts'

/** If at most this many messages and changes arrive at once, they are read out one by one. */
const HEARD = 3
const QUIET_MS = 1_500

/** Counts the messages of other people after `seq`. If `hasChanges` is true, the ticket's changes are counted too. */
export const othersAfter = (shown: readonly Row[], seq: number, hasChanges = false): number => shown.reduce((n, row) => (row.kind === 'item' && row.item.kind !== 'pending' && (row.item.kind === 'message' ? !row.item.mine : hasChanges) && row.item.event.seq > seq ? n + 1 : n), 0)

/** The sequence number of the newest event in the history, or 0 if the history is empty. */
export function newestSeq(shown: readonly Row[]): number {
  const newest = shown.findLast((row) => row.kind === 'item' && row.item.kind !== 'pending')
  return newest?.kind === 'item' && newest.item.kind !== 'pending' ? newest.item.event.seq : 0
}

/**
 * Detects that more than `HEARD` rows arrive at once. `isFlood` is then true, and when no more rows arrive, `told` gets a text with their
 * number. `isLive` says whether new rows are read out.
 */
export function useFlood(shown: readonly Row[], isLive: boolean): { readonly isFlood: boolean; readonly told: string } {
  const newest = newestSeq(shown)
  const [from, setFrom] = useState(newest)
  const [told, setTold] = useState('')
  const n = isLive ? othersAfter(shown, from, true) : 0
  useEffect(() => {
    if (!isLive) setFrom(newest)
    if (!isLive || from === newest) return undefined
    // Clear the text first. Otherwise a screen reader would not read the same number again.
    setTold('')
    const timer = setTimeout(() => {
      setFrom(newest)
      setTold(n > HEARD ? t('timeline.latest_n', { n }) : '')
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [isLive, from, newest, n])
  return { isFlood: n > HEARD, told }
}
