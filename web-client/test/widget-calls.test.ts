// Tests of the calls with which a host page controls the widget, such as `Helpline.init`.

import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { turned, widgetPage } from './help/widget-page.ts'

afterEach(() => vi.unstubAllGlobals())
const getToken = () => 'ada'
/** Calls the function with options of any type, as a page in JavaScript can. */
const said = (call: unknown, options: object): unknown => (typeof call === 'function' ? Reflect.apply(call, null, [options]) : null)

test('an option that is undefined or invalid changes nothing', async () => {
  const { widget, frames } = await widgetPage()
  said(widget.init, { getToken, color: '#e8b100', theme: undefined, teamName: undefined, more: () => {} })
  widget.open()
  await turned()
  const [frame] = frames
  expect(frame?.page.look(), 'the rest is as the desk says').toEqual({ getToken, color: '#e8b100' })
  expect(Object.keys(frame?.page.look() ?? {})).toEqual(['getToken', 'color'])
  said(widget.update, { getToken: undefined, color: undefined, greeting: 'Hello' })
  expect(await frame?.page.token()).toBe('ada')
  expect(frame?.page.look().color).toBe('#e8b100')
  frame?.forget()
  await said(widget.identify, { getToken: undefined, color: undefined })
  await turned()
  expect(await frames[1]?.page.token()).toBe('ada')
  expect(frames[1]?.page.look()).toEqual({ getToken, color: '#e8b100', greeting: 'Hello' })
})

test('a listener that throws is reported; the call continues, and the other listeners are called', async () => {
  const { widget, frames } = await widgetPage()
  const reported: unknown[] = []
  // If a listener throws an error, a browser logs the error and continues. Node would exit, so handle the error.
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', (fault) => reported.push(fault))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const other of others) process.on('uncaughtException', other)
  })
  const fault = new Error('of the page')
  const heard: unknown[] = []
  widget.on('open', () => { throw fault })
  widget.on('open', (value) => heard.push(value))
  widget.init({ getToken })
  widget.open()
  await turned()
  expect(frames.map((one) => one.told)).toEqual([[[true, true]]])
  expect(heard).toEqual([undefined])
  expect(reported).toEqual([fault])
})

test('the focus returns to the launcher only if it was in the widget', async () => {
  const { widget, frames, focus } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  widget.close()
  expect(focus.launcher, 'a person writes elsewhere in the page').toBe(0)
  widget.open()
  frames[0]?.page.close()
  expect(focus.launcher, 'folded by the frame, which was another person’s').toBe(0)
  widget.open()
  focus.inside = {}
  widget.close()
  expect(focus.launcher).toBe(1)
})

test('a call to open while the previous person’s frame is forgetting opens in the next frame', async () => {
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  for (const wasOpen of [true, false]) {
    if (!wasOpen) widget.close()
    const last = frames.at(-1)
    const known = [...last?.told ?? []]
    const identified = widget.identify()
    widget.open('TKT-000042')
    await turned()
    expect(frames.at(-1), 'none comes before the one before has gone').toBe(last)
    expect(last?.told).toEqual(known)
    last?.forget()
    await identified
    await turned()
    expect(frames.at(-1)).not.toBe(last)
    expect(frames.at(-1)?.told).toContainEqual('TKT-000042')
    expect(frames.at(-1)?.told.at(-1), 'by the person').toEqual([true, true])
  }
  expect(frames.length).toBe(3)
})

test('after a shutdown, the next frame waits, too; if the widget is closed meanwhile, none is created', async () => {
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  widget.shutdown()
  widget.init({ getToken })
  widget.open('TKT-000042')
  await turned()
  expect(frames.length).toBe(1)
  frames[0]?.forget()
  await turned()
  expect(frames[1]?.told).toEqual(['TKT-000042', [true, true]])
  const identified = widget.identify()
  widget.close()
  frames[1]?.forget()
  await identified
  await turned()
  expect(frames.length).toBe(2)
  expect(frames[1]?.told.at(-1)).toEqual([false, true])
})

test('the page is told the number of unread tickets once it is known, not before', async () => {
  const { widget, frames, answer } = await widgetPage()
  const told: number[] = []
  widget.onUnread((n) => told.push(n))
  widget.init({ getToken })
  await turned()
  expect(told).toEqual([3])
  answer.tickets = 5
  await widget.identify()
  await turned()
  expect(told, 'folded').toEqual([3, 5])
  widget.open()
  await turned()
  answer.status = 503
  const identified = widget.identify()
  frames[0]?.forget()
  await identified
  await turned()
  expect(told, 'the frame says it').toEqual([3, 5])
})

test('for a person without a known number, the page is told 0 if it knows the previous person’s', async () => {
  const { widget, frames, answer } = await widgetPage()
  const told: number[] = []
  widget.onUnread((n) => told.push(n))
  answer.status = 503
  widget.init({ getToken })
  await turned()
  expect(told, 'it knows of none').toEqual([])
  for (const fails of [() => widget.update({ unread: false }), () => { answer.status = 503 }, () => widget.update({ getToken: () => Promise.reject(new Error('of the page')) })]) {
    told.length = 0
    answer.status = 200
    widget.update({ getToken, unread: true })
    await widget.identify()
    await turned()
    fails()
    await widget.identify()
    await turned()
    expect(told).toEqual([3, 0])
  }
  expect(frames.length).toBe(0)
})

test('a change of the appearance while the number is being loaded does not lose it', async () => {
  const { widget } = await widgetPage()
  const told: number[] = []
  widget.onUnread((n) => told.push(n))
  widget.init({ getToken })
  widget.update({ color: '#e8b100' })
  await turned()
  expect(told).toEqual([3])
})

test('one invalid value in the desk’s settings does not affect the others', async () => {
  const parse = JSON.parse
  vi.spyOn(JSON, 'parse').mockImplementation((text, reviver) => parse(text === '__HELPLINE_WIDGET__' ? '{"color":"yellow","position":null,"team_name":"Helpline"}' : text, reviver))
  onTestFinished(() => { vi.restoreAllMocks() })
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  expect(frames[0]?.page.look()).toEqual({ getToken, teamName: 'Helpline' })
})

test('the frame stays if the same person is identified again, and gets what is opened meanwhile', async () => {
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  const identified = widget.identify()
  widget.open('TKT-000042')
  frames[0]?.forget(true)
  await identified
  await turned()
  expect(frames.length).toBe(1)
  expect(frames[0]?.told).toContainEqual('TKT-000042')
})

test('a call to open followed at once by another person opens in their frame', async () => {
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open()
  await turned()
  widget.open('TKT-000042')
  const identified = widget.identify()
  await turned()
  frames[0]?.forget()
  await identified
  await turned()
  expect(frames[0]?.told).toEqual([[true, true]])
  expect(frames[1]?.told).toContainEqual('TKT-000042')
})

test('nothing opened before there is a frame is lost, until a shutdown', async () => {
  const { widget, frames } = await widgetPage()
  widget.init({ getToken })
  widget.open('TKT-000041')
  widget.shutdown()
  widget.init({ getToken })
  widget.open('TKT-000042')
  widget.close()
  await turned()
  expect(frames.length, 'folded').toBe(0)
  widget.open({ text: 'first' })
  widget.open({ text: 'second' })
  await turned()
  expect(frames.map((one) => one.told.filter((what) => !Array.isArray(what)))).toEqual([['TKT-000042', { text: 'first' }, { text: 'second' }]])
})

test('a value that is no text is refused with our own error, whatever it is made of', async () => {
  const { widget } = await widgetPage()
  widget.init({ getToken })
  for (const value of [Object.create(null), Symbol('x'), { toString: () => 'TKT-1' }, null, 42]) {
    expect(() => said(widget.update, { logo: value })).toThrow(new TypeError('Helpline.update: logo is a text'))
    expect(() => { Reflect.apply(widget.open, null, [value]) }).toThrow(new TypeError('Helpline.open takes a number, as TKT-000042, or { text }'))
  }
})
