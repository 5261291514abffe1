import cytoscape, { type Core, type ElementDefinition, type NodeSingular, type StylesheetJson } from 'cytoscape';

/** A place on the canvas, in its own pixels; of a node, its middle. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface GraphNode extends Position {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly isMoving: boolean;
  readonly isSelected: boolean;
  /** Its ends lie above each other. */
  readonly isUpright: boolean;
}

/** Where the model lies on the screen: screen = model × zoom + pan. */
export interface Viewport {
  readonly zoom: number;
  readonly pan: Position;
}

export interface GraphListener {
  viewportMoved(viewport: Viewport): void;
  nodesDragged(places: Readonly<Record<string, Position>>): void;
  dragEnded(places: Readonly<Record<string, Position>>): void;
  nodeTapped(id: string): void;
  edgeTapped(id: string): void;
  backgroundTapped(): void;
  /** Null when the pointer leaves a node. */
  nodeHovered(id: string | null): void;
}

const ZOOM_MIN = 0.2;
const ZOOM_MAX = 2.5;
const FIT_PADDING_PX = 28;
const FIT_ZOOM_MAX = 1.3;
/** Dashes of a wire that carries data, and how far they move a second. */
const DASH_PX = [7, 5];
const DASH_SPEED_PX = 36;

/** The only place that knows cytoscape. It draws the wires and handles pointer and zoom; cards lie over it, as HTML. */
export class CytoscapeView {
  private readonly cy: Core;
  private frame = 0;

  constructor(container: HTMLElement, listener: GraphListener) {
    this.cy = cytoscape({
      container, style: stylesheet(container), minZoom: ZOOM_MIN, maxZoom: ZOOM_MAX, boxSelectionEnabled: false, autounselectify: true,
    });
    this.cy.on('viewport', () => { listener.viewportMoved(this.viewport()); });
    this.cy.on('drag', 'node', () => { listener.nodesDragged(this.places()); });
    this.cy.on('dragfree', 'node', () => { listener.dragEnded(this.places()); });
    this.cy.on('tap', 'node', event => { listener.nodeTapped((event.target as NodeSingular).id()); });
    this.cy.on('mouseover', 'node', event => { listener.nodeHovered((event.target as NodeSingular).id()); });
    this.cy.on('mouseout', 'node', () => { listener.nodeHovered(null); });
    this.cy.on('tap', 'edge', event => { listener.edgeTapped((event.target as NodeSingular).id()); });
    this.cy.on('tap', event => { if (event.target === this.cy) listener.backgroundTapped(); });
  }

  viewport(): Viewport {
    return { zoom: this.cy.zoom(), pan: { ...this.cy.pan() } };
  }

  /** Shows these nodes and edges and no others. */
  show(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): void {
    const wanted = [...nodes.map(asNode), ...edges.map(asEdge)];
    this.cy.batch(() => {
      const ids = new Set(wanted.map(({ data }) => data.id));
      this.cy.elements().filter(element => !ids.has(element.id())).remove();
      for (const element of wanted) this.put(element);
    });
    this.animate(edges.some(({ isMoving }) => isMoving));
  }

  private put(element: ElementDefinition): void {
    const known = this.cy.getElementById(element.data.id ?? '');
    if (known.empty()) this.cy.add(element);
    else {
      known.data(element.data);
      known.classes(String(element.classes ?? ''));
      if (element.position !== undefined && !(known as NodeSingular).grabbed()) (known as NodeSingular).position({ ...element.position });
    }
  }

  private places(): Record<string, Position> {
    return Object.fromEntries(this.cy.nodes().map(node => [node.id(), { ...node.position() }]));
  }

  /** Dashes run along moving wires, unless the person asked for less motion. */
  private animate(isMoving: boolean): void {
    cancelAnimationFrame(this.frame);
    if (!isMoving || window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const step = (nowMs: number): void => {
      this.cy.edges('.moving').style('line-dash-offset', -((nowMs / 1000) * DASH_SPEED_PX) % 1200);
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Shows everything; few nodes are not blown up to fill a large window. */
  fit(): void {
    this.cy.resize();
    this.cy.fit(undefined, FIT_PADDING_PX);
    if (this.cy.zoom() > FIT_ZOOM_MAX) {
      this.cy.zoom(FIT_ZOOM_MAX);
      this.cy.center();
    }
  }

  /** Whether all of a node is on the screen. */
  isInView(id: string): boolean {
    const { x1, y1, x2, y2 } = this.cy.getElementById(id).renderedBoundingBox();
    return x1 >= 0 && y1 >= 0 && x2 <= this.cy.width() && y2 <= this.cy.height();
  }

  zoomBy(factor: number): void {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: this.cy.width() / 2, y: this.cy.height() / 2 } });
  }

  /** The container changed its size: what was in the middle stays there. */
  resized(): void {
    const before = { width: this.cy.width(), height: this.cy.height() };
    this.cy.resize();
    this.cy.panBy({ x: (this.cy.width() - before.width) / 2, y: (this.cy.height() - before.height) / 2 });
  }

  /** Colours come from the page; canvases do not follow custom properties by themselves. */
  restyle(container: HTMLElement): void {
    this.cy.style(stylesheet(container));
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.cy.destroy();
  }
}

const asNode = ({ id, x, y, width, height }: GraphNode): ElementDefinition => ({ group: 'nodes', data: { id, width, height }, position: { x, y } });

const asEdge = ({ id, from, to, isMoving, isSelected, isUpright }: GraphEdge): ElementDefinition =>
  ({ group: 'edges', data: { id, source: from, target: to }, classes: [isMoving ? 'moving' : '', isSelected ? 'chosen' : '', isUpright ? 'upright' : ''].filter(name => name !== '').join(' ') });

function stylesheet(container: HTMLElement): StylesheetJson {
  const colour = (name: string): string => getComputedStyle(container).getPropertyValue(name).trim();
  return [
    { selector: 'node', style: { shape: 'rectangle', width: 'data(width)', height: 'data(height)', 'background-opacity': 0, 'border-width': 0, 'overlay-opacity': 0 } },
    { selector: 'edge', style: { 'curve-style': 'taxi', 'taxi-direction': 'horizontal', 'taxi-turn': '50%', 'taxi-turn-min-distance': 8, width: 3, 'line-color': colour('--line-strong'), 'overlay-opacity': 0 } },
    { selector: 'edge.upright', style: { 'taxi-direction': 'vertical' } },
    { selector: 'edge.chosen', style: { 'line-color': colour('--accent') } },
    { selector: 'edge.moving', style: { 'line-color': colour('--state-dma'), 'line-style': 'dashed', 'line-dash-pattern': DASH_PX } },
  ];
}
