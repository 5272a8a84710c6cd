import { FRAGMENT, VERTEX } from "./shaders";

export type Uniforms = Record<
  "activations" | "phase" | "seconds" | "view" | "canvas" | "pulse",
  WebGLUniformLocation | null
>;

/** Compiles and links the one program that draws the network. */
export function buildProgram(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
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
    seconds: at("seconds"),
    view: at("view"),
    canvas: at("canvas"),
    pulse: at("pulse"),
  };
}

/** A vertex is 16 bytes: position (2 floats), spacing (float), colour (3 bytes, 1 unused). */
export function bindAttributes(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  buffers: { vertices: WebGLBuffer; addresses: WebGLBuffer; marks: WebGLBuffer },
): void {
  const at = (name: string) => gl.getAttribLocation(program, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.vertices);
  for (const name of ["position", "spacing", "colour"]) gl.enableVertexAttribArray(at(name));
  gl.vertexAttribPointer(at("position"), 2, gl.FLOAT, false, 16, 0);
  gl.vertexAttribPointer(at("spacing"), 1, gl.FLOAT, false, 16, 8);
  gl.vertexAttribPointer(at("colour"), 3, gl.UNSIGNED_BYTE, true, 16, 12);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.addresses);
  gl.enableVertexAttribArray(at("address"));
  gl.vertexAttribIPointer(at("address"), 2, gl.UNSIGNED_INT, 8, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.marks);
  gl.enableVertexAttribArray(at("mark"));
  gl.vertexAttribIPointer(at("mark"), 1, gl.UNSIGNED_BYTE, 1, 0);
}
