import { render } from "preact";
import "./styles/page.css";
import { App } from "./panel/App";
import { StageContext } from "./panel/context";
import { Stage } from "./store/stage";
import { Leader } from "./watching/leader";

const stage = new Stage(document.baseURI);
// At hand in the console, and for the tests that listen to a real browser.
Object.assign(window, { immersions: stage });
stage.open();
new Leader(stage).begin();

const page = document.getElementById("page");
if (page)
  render(
    <StageContext.Provider value={stage}>
      <App />
    </StageContext.Provider>,
    page,
  );
