// The device's time, for what says how long ago something was: read again twice a minute, by one timer for all that is on the screen.

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

const TICK_MS = 30_000
const ticks = signal(0)
let readers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time now, in milliseconds; the component is rendered again as it goes on. */
export function useNow(): number {
  void ticks.value
  useEffect(() => {
    readers += 1
    timer ??= setInterval(() => { ticks.value += 1 }, TICK_MS)
    return () => {
      readers -= 1
      if (readers > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }, [])
  return Date.now()
}
