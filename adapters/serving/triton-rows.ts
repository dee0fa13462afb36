import type { Tensor } from '../ports-serving.js';
import type { RawTensor } from './session.js';
import type { ServedModel } from './triton-models.js';

/** Ports without dimensions of their own, which the server states with a last one of 1. */
const isScalar = (ports: ServedModel['inputs'], name: string, dims: readonly number[]): boolean =>
  ports.some((port) => port.name === name && port.dims.length === dims.length - 1) && dims.at(-1) === 1;

/** The inputs that a model asks for, in the shape that the server knows them by. */
export function asServed(inputs: Record<string, Tensor>, { config, inputs: ports }: ServedModel) {
  const rows = config.max_batch_size > 0 ? 1 : 0;
  const served: Record<string, Tensor> = {};
  for (const [i, { name, dims }] of ports.entries()) {
    const given = inputs[name];
    if (!given) continue;
    const isShorter = dims.length < rows + (config.input[i]?.dims.length ?? 0);
    served[name] = isShorter ? { ...given, dims: [...given.dims, 1] } : given;
  }
  return served;
}

/** Outputs in the shape that the ONNX file states. */
export function asStated(outputs: Record<string, RawTensor>, { outputs: ports }: ServedModel) {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, each]) => [
      name,
      isScalar(ports, name, each.dims) ? { ...each, dims: each.dims.slice(0, -1) } : each,
    ]),
  );
}

/** Parts of at most so many rows; 0: the model knows no rows. */
export function splitRows(inputs: Record<string, Tensor>, most: number): Record<string, Tensor>[] {
  const rows = Object.values(inputs)[0]?.dims[0] ?? 0;
  if (most === 0 || rows <= most) return [inputs];
  return Array.from({ length: Math.ceil(rows / most) }, (_, i) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, cut(tensor, i * most, (i + 1) * most)]),
    ),
  );
}

function cut(tensor: Tensor, from: number, to: number): Tensor {
  const [rows = 0, ...rest] = tensor.dims;
  const width = rest.reduce((product, size) => product * size, 1);
  const dims = [Math.min(to, rows) - from, ...rest];
  return { ...tensor, dims, data: tensor.data.subarray(from * width, to * width) } as Tensor;
}

/** Answers of the parts, in their order, as one. */
export function joinRows(parts: Record<string, Tensor>[]): Record<string, Tensor> {
  const [first] = parts;
  if (!first || parts.length === 1) return first ?? {};
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, joined(parts.flatMap((part) => part[name] ?? []))]),
  );
}

function joined(tensors: Tensor[]): Tensor {
  const [first] = tensors as [Tensor];
  const rows = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const data = first.type === 'int64' ? new BigInt64Array(length) : new Float32Array(length);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data as never, at);
    at += tensor.data.length;
  }
  return { type: first.type, dims: [rows, ...first.dims.slice(1)], data } as Tensor;
}
