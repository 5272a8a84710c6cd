import { render } from "preact";
import "./styles/screen.css";
import { StageContext } from "./panel/context";
import { Stage } from "./store/stage";
import { Screen } from "./watching/Screen";

const stage = new Stage(document.baseURI);
// At hand in the console, and for the tests that look at a real browser.
Object.assign(window, { immersions: stage });
stage.open();

const place = document.getElementById("stage");
if (place)
  render(
    <StageContext.Provider value={stage}>
      <Screen />
    </StageContext.Provider>,
    place,
  );

window.addEventListener("keydown", (event) => {
  if (event.key === "f") void document.documentElement.requestFullscreen();
});
