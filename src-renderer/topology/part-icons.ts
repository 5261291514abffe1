import { Box, CircuitBoard, Cpu, Database, EthernetPort, Gpu, HardDrive, Layers, MemoryStick, Network, Server, SquareStack } from '@lucide/vue';
import type { Component } from 'vue';

const ICONS: Readonly<Record<string, Component>> = {
  cpu: Cpu, 'host-memory': MemoryStick, 'pmem-region': SquareStack, 'root-complex': CircuitBoard, 'pcie-switch': Network,
  'nvme-ssd': HardDrive, 'rdma-nic': EthernetPort, 'rdma-peer': Server, gpu: Gpu,
  'coherent-memory': Layers, 'sata-disk': Database,
};

export const partIcon = (kind: string): Component => ICONS[kind] ?? Box;
