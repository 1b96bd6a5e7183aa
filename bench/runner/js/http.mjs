// Answers as weft/examples/httpserver does, in JavaScript alone: PORT is the argument.
import http from "node:http";
import process from "node:process";

http
  .createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const answer = () => {
      response.setHeader("Content-Type", "text/plain; charset=utf-8");
      response.end("Hello from the guest.\n");
    };
    if (url.pathname === "/sleep") setTimeout(answer, Number(url.searchParams.get("ms")));
    else answer();
  })
  .listen(Number(process.argv[2]), "localhost");
