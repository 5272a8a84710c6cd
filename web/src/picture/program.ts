import { FRAGMENT, VERTEX } from "./shaders";

export type Uniforms = Record<
  | "activations"
  | "phase"
  | "share"
  | "moved"
  | "seconds"
  | "view"
  | "canvas"
  | "rest"
  | "pulse"
  | "heat",
  WebGLUniformLocation | null
>;

/** The program that draws the neurons. */
export function buildProgram(gl: WebGL2RenderingContext): WebGLProgram {
  return linked(gl, VERTEX, FRAGMENT);
}

/** Compiles and links a program. */
export function linked(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error("WebGL context lost");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost())
      throw new Error(`shader: ${gl.getShaderInfoLog(shader)}`);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`program: ${gl.getProgramInfoLog(program)}`);
  return program;
}

export function uniformsOf(gl: WebGL2RenderingContext, program: WebGLProgram): Uniforms {
  const at = (name: string) => gl.getUniformLocation(program, name);
  return {
    activations: at("activations"),
    phase: at("phase"),
    share: at("share"),
    moved: at("moved"),
    seconds: at("seconds"),
    view: at("view"),
    canvas: at("canvas"),
    rest: at("rest"),
    pulse: at("pulse"),
    heat: at("heat"),
  };
}

export type Buffers = Record<
  "snapshots" | "origins" | "vertices" | "addresses" | "marks",
  WebGLBuffer
>;

/** Points two attributes at the snapshots (x and y of each vertex, 16 bits each) around a moment. */
export function bindSnapshots(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  snapshots: WebGLBuffer,
  vertices: number,
  moment: { before: number; after: number },
): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, snapshots);
  for (const name of ["before", "after"] as const) {
    const at = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 2, gl.SHORT, true, 4, 4 * vertices * moment[name]);
  }
}

/** A vertex is 8 bytes: spacing (float), colour (3 bytes, 1 unused); its origin is 3 floats. */
export function bindAttributes(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  buffers: Buffers,
): void {
  const at = (name: string) => gl.getAttribLocation(program, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.vertices);
  for (const name of ["spacing", "colour"]) gl.enableVertexAttribArray(at(name));
  gl.vertexAttribPointer(at("spacing"), 1, gl.FLOAT, false, 8, 0);
  gl.vertexAttribPointer(at("colour"), 3, gl.UNSIGNED_BYTE, true, 8, 4);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.origins);
  gl.enableVertexAttribArray(at("origin"));
  gl.vertexAttribPointer(at("origin"), 3, gl.FLOAT, false, 12, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.addresses);
  gl.enableVertexAttribArray(at("address"));
  gl.vertexAttribIPointer(at("address"), 2, gl.UNSIGNED_INT, 8, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.marks);
  gl.enableVertexAttribArray(at("mark"));
  gl.vertexAttribIPointer(at("mark"), 1, gl.UNSIGNED_BYTE, 1, 0);
}
