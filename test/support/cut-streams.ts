/** A response whose connection breaks when it is told to, in the middle of a frame. */
export function breakable(response: Response): { readonly response: Response; cut(): void } {
  let cut = (): void => {};
  const body = response.body!.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start(controller) {
        cut = () => {
          controller.enqueue(new TextEncoder().encode('event: next\nid: torn\ndata: {"data":{"activ'));
          controller.error(new TypeError('The connection broke.'));
        };
      },
    }),
  );
  return { response: new Response(body, response), cut: () => cut() };
}
